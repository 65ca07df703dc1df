# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Counts of received and rejected messages of each topic."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any

from edge_sched_ros.pipeline.inputs.input_ages import InputAges
from edge_sched_ros.pipeline.inputs.stamp_age import Age


@dataclass(slots=True)
class InputAccount:
    """
    The counts of one topic.

    :param rejected: reason -> count; rejected messages count as received too
    :param last_ns: arrival of the last message on the pipeline's clock; ``None`` before the first
    :param ages: ages of its frames, as far as stamps tell
    :param stamped: number of frames with a stamp
    :param stamp_ns: last stamp; 0 before the first
    :param lost: messages that were published, but never arrived
    :param lost_by: how that is known: ``measured``, ``estimated``, or empty when it is not
    """

    received: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    last_ns: int | None = None
    ages: InputAges = field(default_factory=InputAges)
    stamped: int = 0
    stamp_ns: int = 0
    lost: int = 0
    lost_by: str = ''

    def to_dict(self) -> dict[str, Any]:
        """Return the counts, JSON types only."""
        return {
            'received': self.received,
            'rejected': dict(self.rejected),
            'unknown_age': dict(self.ages.doubts),
            'lost_before_arrival': self.lost,
            'lost_by': self.lost_by,
        }


class InputAccounts:
    """Accounts of all topics; thread-safe."""

    def __init__(self, topics: tuple[str, ...]) -> None:
        self._accounts = {topic: InputAccount() for topic in topics}
        self._lock = threading.Lock()

    def received(self, topic: str, now_ns: int, age: Age, stamp_ns: int = 0) -> None:
        """Count a message, with its age and its stamp; 0 for none."""
        with self._lock:
            account = self._accounts.setdefault(topic, InputAccount())
            account.received += 1
            account.last_ns = now_ns
            account.ages.note(age, now_ns)
            if stamp_ns:
                account.stamped += 1
                account.stamp_ns = stamp_ns

    def rejected(self, topic: str, reason: str, now_ns: int) -> None:
        """Count a message that could not be used."""
        with self._lock:
            account = self._accounts.setdefault(topic, InputAccount())
            account.received += 1
            account.rejected[reason] = account.rejected.get(reason, 0) + 1
            account.last_ns = now_ns

    def lost(self, topic: str, count: int, how: str) -> None:
        """Count messages that never arrived; ``how`` that is known, empty when it is not."""
        with self._lock:
            account = self._accounts.setdefault(topic, InputAccount())
            account.lost += count
            account.lost_by = how

    def snapshot(self) -> dict[str, InputAccount]:
        """Return a copy of all accounts."""
        with self._lock:
            return {
                topic: replace(account, rejected=dict(account.rejected), ages=account.ages.copy())
                for topic, account in self._accounts.items()
            }
