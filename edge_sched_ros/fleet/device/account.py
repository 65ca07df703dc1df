# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The account of a device's partitions: each that was pushed ends exactly once."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.core.errors import InvariantError


@dataclass(slots=True)
class PartitionAccount:
    """
    Counts since the device started.

    ``pushed == exited + failed + dropped + cancelled + in_flight`` at any time.
    """

    pushed: int = 0
    exited: int = 0
    cancelled: int = 0
    in_flight: int = 0
    #: reason -> count
    failed: dict[str, int] = field(default_factory=dict)
    #: reason -> count
    dropped: dict[str, int] = field(default_factory=dict)
    #: records that could not be used: reason -> count
    rejected: dict[str, int] = field(default_factory=dict)
    tensors_in: int = 0
    bytes_in: int = 0
    tensors_out: int = 0
    bytes_out: int = 0

    def push(self) -> None:
        """Count a partition that was ordered."""
        self.pushed += 1
        self.in_flight += 1

    def end(self, *, reason: str = '', dropped: bool = False, cancelled: bool = False) -> None:
        """Count the end of a partition."""
        self.in_flight -= 1
        if cancelled:
            self.cancelled += 1
        elif not reason:
            self.exited += 1
        else:
            counts = self.dropped if dropped else self.failed
            counts[reason] = counts.get(reason, 0) + 1

    def reject(self, reason: str) -> int:
        """Count a record that cannot be used; return how often that was so."""
        self.rejected[reason] = self.rejected.get(reason, 0) + 1
        return self.rejected[reason]

    def to_counts(self) -> dict[str, int]:
        """Return all counts by name, reasons as ``failed.REASON``."""
        counts = {
            name: getattr(self, name)
            for name in (
                'pushed', 'exited', 'cancelled', 'in_flight',
                'tensors_in', 'bytes_in', 'tensors_out', 'bytes_out',
            )
        }  # fmt: skip
        for group in ('failed', 'dropped', 'rejected'):
            counts |= {f'{group}.{why}': n for why, n in getattr(self, group).items()}
        return counts

    def validate(self, in_flight: int) -> None:
        """
        Check that every partition is accounted for.

        :raises InvariantError: when the counts do not add up
        """
        ended = self.exited + self.cancelled
        ended += sum(self.failed.values()) + sum(self.dropped.values())
        if self.in_flight != in_flight or self.pushed != ended + in_flight:
            raise InvariantError(
                f'{self.pushed} partitions were pushed, {ended} have ended, {in_flight} are here'
            )
