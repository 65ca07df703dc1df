# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The bare loop seen from the runner: how much the cores can do."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.rig.child import python
from benchmarks.side_by_side.rig.talk import TalkingChild

_MODULE = 'benchmarks.side_by_side.bare.loop'


@dataclass(frozen=True, slots=True)
class Capacity:
    """
    What all cores together do back to back.

    :param frames_per_s: frames through every network
    :param answers_per_s: answers of all networks
    :param ms: milliseconds a frame, by kind of task
    """

    frames_per_s: float
    answers_per_s: float
    ms: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            'frames_per_s': self.frames_per_s,
            'answers_per_s': self.answers_per_s,
            'ms_per_frame': self.ms,
        }


class BareLoops:
    """
    Processes that wait for the word to run back to back, one per core: no GIL between them.

    :param in_threads: one process with a thread per core instead
    """

    def __init__(
        self,
        *,
        workload_file: Path,
        pictures: Path,
        folder: Path,
        cores: list[int] | None = None,
        in_threads: bool = False,
    ) -> None:
        found = sorted(os.sched_getaffinity(0)) if cores is None else cores
        groups = [found] if in_threads else [[core] for core in found]
        self._loops: list[TalkingChild] = []
        try:
            for number, group in enumerate(groups):
                name = f'bare_{"threads" if in_threads else number}'
                arguments = ['--workload', str(workload_file), '--pictures', str(pictures)]
                command = python(_MODULE, *arguments, '--cores', *map(str, group))
                self._loops.append(TalkingChild(name, command, log=folder / f'{name}.log'))
            # networks are loaded by then
            self.capacity(0.2)
        except BaseException:
            self.close()
            raise

    @property
    def pids(self) -> list[int]:
        """Their process numbers."""
        return [loop.pid for loop in self._loops]

    def begin(self, seconds: float) -> None:
        """Start all loops."""
        for loop in self._loops:
            loop.send('saturated', seconds=seconds)

    def end(self, seconds: float) -> Capacity:
        """Wait for all loops and add up what they did."""
        answers = [loop.answer(seconds + 60.0) for loop in self._loops]
        return added_up([one for answer in answers for one in answer['loops']])

    def capacity(self, seconds: float) -> Capacity:
        """Run all loops at the same time and add up what they did."""
        self.begin(seconds)
        return self.end(seconds)

    def paced_ms(self, rate_hz: float, seconds: float) -> list[float]:
        """Return the milliseconds of each frame of the first task at a calm rate, one core."""
        answer = self._loops[0].ask(
            'paced', rate_hz=rate_hz, seconds=seconds, timeout_s=seconds + 60.0
        )
        found: list[float] = answer['ms']
        return found

    def close(self) -> None:
        """End the processes."""
        for loop in self._loops:
            loop.close()


def added_up(loops: list[dict[str, Any]]) -> Capacity:
    """Return what loops that ran at the same time did together."""
    kinds = loops[0]['ms']
    frames = sum(loop['frames'] for loop in loops)
    return Capacity(
        frames_per_s=sum(loop['frames'] / loop['seconds'] for loop in loops),
        answers_per_s=sum(loop['frames'] / loop['seconds'] for loop in loops) * len(kinds),
        ms={k: sum(loop['ms'][k] * loop['frames'] for loop in loops) / frames for k in kinds},
    )
