# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The pairs of topics that tasks work on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from collections.abc import Iterable
from typing import Protocol

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.pipeline.inputs.pairs import Pair
from edge_sched_ros.pipeline.inputs.pairs import Pairs
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig

_log = logging.getLogger(__name__)

#: so many frames in a row without a pair are told
_MANY = 10


class Submit(Protocol):
    """Takes a frame as :meth:`execution.runtime.Runtime.submit` does."""

    def __call__(
        self, frame: Frame, *, age_ns: int, paired_with: str = '', unpaired: bool = False
    ) -> None:
        """Submit a frame."""


class PairedTasks:
    """
    Pairs frames for all tasks with a second topic, and submits them in order.

    Thread-safe.

    :param clock_ns: monotonic
    :param submit: returns what takes the frames
    """

    def __init__(
        self,
        tasks: Iterable[TaskConfig],
        clock_ns: Callable[[], int],
        submit: Callable[[], Submit],
    ) -> None:
        tasks = tuple(tasks)
        self._clock_ns = clock_ns
        self._submit = submit
        self._lock = threading.Lock()
        self._pairs = {
            (task.topic, task.second_topic): Pairs(
                task.topic,
                task.second_topic,
                round(task.sync_tolerance_ms * 1e6),
                of_depth=task.pairs_depth,
            )
            for task in tasks
            if task.second_topic
        }
        #: pairs of topics -> number of frames without a pair since the last one with
        self._alone: dict[tuple[str, str], int] = {}
        self._told: set[tuple[str, str]] = set()
        #: pairs of topics -> longest deadline of their tasks
        self._deadline_ns = {
            key: max(
                round(task.deadline_ms * 1e6)
                for task in tasks
                if (task.topic, task.second_topic) == key
            )
            for key in self._pairs
        }
        self._topics = frozenset(topic for pair in self._pairs for topic in pair)

    def take(self, frame: Frame, age_ns: int) -> None:
        """Take a frame of any topic; submit the frames whose wait has ended."""
        if frame.stream not in self._topics:
            return
        with self._lock:
            now_ns = self._clock_ns()
            for one in self._pairs.values():
                if frame.stream == one.first:
                    self._hand_on(one, one.add_first(frame, now_ns - age_ns), now_ns)
                elif frame.stream == one.second:
                    self._hand_on(one, one.add_second(frame), now_ns)

    def expire(self) -> None:
        """End the waits of frames that are past their deadlines; call it about once a second."""
        with self._lock:
            now_ns = self._clock_ns()
            for key, one in self._pairs.items():
                self._hand_on(one, one.expire(now_ns - self._deadline_ns[key]), now_ns)

    def forget(self, topic: str = '') -> None:
        """End the waits of all frames, or of those of a topic."""
        with self._lock:
            for one in self._pairs.values():
                if topic in ('', one.first, one.second):
                    self._hand_on(one, one.forget(), self._clock_ns())

    def _hand_on(self, pairs: Pairs, ended: list[Pair], now_ns: int) -> None:
        for one in ended:
            self._tell(pairs, one)
            self._submit()(
                one.frame,
                age_ns=now_ns - one.release_ns,
                paired_with=pairs.second,
                unpaired=not one.complete,
            )

    def _tell(self, pairs: Pairs, ended: Pair) -> None:
        """Log once for each pair of topics what the stamps say when many frames have no pair."""
        key = pairs.first, pairs.second
        self._alone[key] = 0 if ended.complete else self._alone.get(key, 0) + 1
        if self._alone[key] == _MANY and key not in self._told:
            self._told.add(key)
            _log.warning(
                '%s: %d frames in a row have no image of %s: %s', *key[:1], _MANY, key[1],
                'they have no stamp'
                if not ended.frame.stamp_ns
                else 'none with a stamp has come'
                if ended.gap_ns is None
                else f'the nearest stamp is {ended.gap_ns / 1e6:.3f} ms away (sync_tolerance_ms '
                f'is {pairs.tolerance_ns / 1e6:g})',
            )  # fmt: skip
