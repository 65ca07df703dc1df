# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Sources of the costs that a pipeline started with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_sched_ros.profiling.fingerprint import Mismatch


@dataclass(frozen=True, slots=True)
class ProfileUse:
    """
    Sources of the costs that a pipeline started with.

    :param file: the file read; empty for none
    :param mismatches: what differs from the machine on which it was measured
    :param stale: networks whose files have changed since then
    :param measured: costs measured while configuring
    :param missing: unknown costs, which are learned from the first runs
    :param known: number of known costs
    :param unknown: keys of the file that match no stage, and why
    :param nameless: whether the file does not name the machine of its costs
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
        """Why the file's numbers may be wrong on this machine; empty if they should be right."""
        return (
            *map(str, self.mismatches),
            *(f'{name} has a changed file' for name in self.stale),
        )

    @property
    def remark(self) -> str:
        """What is not known about the file's numbers; empty if everything is known."""
        return f'{self.file} does not name the machine of its costs' if self.nameless else ''

    @property
    def extent(self) -> str:
        """How many costs were known, in words."""
        if not self.known:
            return 'no costs known from the start: they are learned from the first runs'
        if self.missing:
            whole = self.known + len(self.missing)
            return f'{self.known} of {whole} costs known from the start, the others are learned'
        return 'costs known from the start'
