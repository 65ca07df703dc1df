# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A DDS domain with cameras and observer in it, for one contender."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.side_by_side.analysis.outcomes import Heard
from benchmarks.side_by_side.analysis.outcomes import Sent
from benchmarks.side_by_side.faults import BenchFault
from benchmarks.side_by_side.rig.talk import TalkingChild

#: how long a contender may take from its start to the first answer on every topic
READY_TIMEOUT_S = 90.0
#: nothing came for so long: whatever was under way has ended
_QUIET_S = 0.25
_DRAIN_TIMEOUT_S = 5.0
_POLL_S = 0.05
#: slow pictures, until everybody answers
_CALM_HZ, _CALM_S = 10.0, 0.3


@dataclass(slots=True)
class Place:
    """
    Where a contender runs.

    :param name: of the contender
    :param variables: environment of its processes
    :param folder: files of runs go there
    """

    name: str
    camera: TalkingChild
    observer: TalkingChild
    domain: int
    namespace: str
    folder: Path
    variables: dict[str, str]

    @property
    def ros_arguments(self) -> list[str]:
        """Arguments that put a node into the namespace."""
        return ['--ros-args', '-r', f'__ns:={self.namespace}']

    def play(self, pictures: Path, rate_hz: float, seconds: float) -> Sent:
        """Let the cameras publish and return what they sent."""
        self.begin(pictures, rate_hz, seconds)
        return self.end(seconds)

    def begin(self, pictures: Path, rate_hz: float, seconds: float) -> None:
        """Let the cameras begin to publish."""
        self.camera.send(
            'play',
            domain=self.domain,
            file=str(pictures),
            rate_hz=rate_hz,
            seconds=seconds,
            into=str(self._sent_file),
        )

    def end(self, seconds: float) -> Sent:
        """Wait until the cameras have ended and return what they sent."""
        answer = self.camera.answer(seconds + 30.0)
        with np.load(self._sent_file) as found:
            stamps = [found[f'camera{n}'] for n in range(len(found.files) - 1)]
        return Sent(tuple(stamps), late_p99_ms=answer['late_p99_ms'])

    def stop_cameras(self) -> None:
        """Ask the cameras to end before their time; :meth:`end` is due all the same."""
        self.camera.stop_work()

    def listen(self, topics: dict[str, str]) -> None:
        """Subscribe to more topics, name -> type."""
        self.observer.ask('listen', domain=self.domain, topics=topics)

    def unlisten(self, topics: list[str]) -> None:
        """Unsubscribe from topics."""
        self.observer.ask('unlisten', domain=self.domain, topics=topics)

    def record(self) -> None:
        """Forget what was heard and listen in this domain."""
        self.observer.ask('record', domain=self.domain)

    def counts(self) -> dict[str, int]:
        """Return per topic how much was heard."""
        found: dict[str, int] = self.observer.ask('heard')['counts']
        return found

    def first(self) -> dict[str, int]:
        """Return per topic when its first answer came, in nanoseconds, 0 for never."""
        return self.observer.ask('first')

    def wait_until_quiet(self) -> None:
        """Wait until no more answers come."""
        deadline = time.monotonic() + _DRAIN_TIMEOUT_S
        while self.observer.ask('heard')['silent_s'] < _QUIET_S:
            if time.monotonic() > deadline:
                raise BenchFault(f'{self.name} still answers {_DRAIN_TIMEOUT_S} s after the end')
            time.sleep(_POLL_S)

    def heard(self) -> dict[str, Heard]:
        """Return per topic what was heard."""
        file = self.folder / f'heard_{self.name}.npz'
        self.observer.ask('save', into=str(file))
        with np.load(file) as found:
            return {name.replace('.', '/'): Heard(*found[name]) for name in found.files}

    def timings(self) -> list[dict[str, Any]]:
        """Return what the node said of its jobs."""
        file = self.folder / f'timings_{self.name}.json'
        self.observer.ask('timings', into=str(file))
        found: list[dict[str, Any]] = json.loads(file.read_text())
        return found

    def set_parameters(self, node: str, values: dict[str, Any]) -> None:
        """Set parameters of a node while it runs."""
        self.observer.ask('parameters', domain=self.domain, node=node, values=values)

    def wait_for_answers(self, pictures: Path, check: Callable[[], None]) -> None:
        """
        Show pictures slowly until every topic has had an answer.

        :param check: raises when the contender has ended
        """
        self.record()
        deadline = time.monotonic() + READY_TIMEOUT_S
        while silent := [topic for topic, count in self.counts().items() if not count]:
            check()
            if time.monotonic() > deadline:
                raise BenchFault(f'{self.name}: no answer on {", ".join(silent)}')
            self.play(pictures, _CALM_HZ, _CALM_S)

    def rest(self) -> None:
        """Stop listening until the next recording."""
        self.observer.ask('rest')

    def close(self) -> None:
        """Leave the domain."""
        self.camera.ask('close', domain=self.domain)
        self.observer.ask('close', domain=self.domain)

    @property
    def _sent_file(self) -> Path:
        return self.folder / f'sent_{self.name}.npz'
