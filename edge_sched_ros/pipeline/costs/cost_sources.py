# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the costs come from that a pipeline began with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_sched_ros.profiling.fingerprint import Mismatch


@dataclass(frozen=True, slots=True)
class ProfileUse:
    """
    Where the costs a pipeline began with come from.

    :param file: that was read; empty for none
    :param mismatches: what is not as it was when that was measured
    :param stale: networks whose files have changed since
    :param measured: what was measured while configuring
    :param missing: what nobody knew; it is learned from the first runs
    :param known: how many costs were known
    :param unknown: keys of the file that are of no stage, and why
    :param nameless: whether the file does not say which machine its costs are of
    """

    file: str = ''
    mismatches: tuple[Mismatch, ...] = ()
    stale: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    known: int = 0
    unknown: tuple[str, ...] = ()
    nameless: bool = False

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why the file's numbers may be wrong here; empty when they should be right."""
        return (*map(str, self.mismatches), *(f'{name} has another file' for name in self.stale))

    @property
    def remark(self) -> str:
        """What is not known of the file's numbers; empty where there is nothing to say."""
        return f'{self.file} names no machine that was measured' if self.nameless else ''

    @property
    def extent(self) -> str:
        """How much was known, in words."""
        if not self.known:
            return 'no cost was known at the start: learned from the first runs'
        if self.missing:
            whole = self.known + len(self.missing)
            return f'{self.known} of {whole} costs known from the start, the others are learned'
        return 'costs known from the start'
