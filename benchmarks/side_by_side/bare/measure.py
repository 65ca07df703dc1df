# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The bare loop seen from the runner: how much the cores can do."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.accounts import procfs
from benchmarks.side_by_side.cpp.build import executable
from benchmarks.side_by_side.rig.child import python
from benchmarks.side_by_side.rig.talk import TalkingChild


@dataclass(frozen=True, slots=True)
class Capacity:
    """
    What all cores together do back to back.

    :param frames_per_s: frames through every network
    :param answers_per_s: answers of all networks
    :param ms: milliseconds a frame, by kind of task
    :param cpu_ms_per_answer: CPU time, which does not depend on what else runs on the cores
    """

    frames_per_s: float
    answers_per_s: float
    ms: dict[str, float]
    cpu_ms_per_answer: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            'frames_per_s': self.frames_per_s,
            'answers_per_s': self.answers_per_s,
            'ms_per_frame': self.ms,
            'cpu_ms_per_answer': self.cpu_ms_per_answer,
        }


class BareLoops:
    """
    Processes that wait for the word to run back to back, one per core: no GIL between them.

    :param in_threads: one process with a thread per core instead
    :param spec: of the C++ program, which then runs instead of the package's own programs
    """

    def __init__(
        self,
        *,
        workload_file: Path,
        pictures: Path,
        folder: Path,
        cores: list[int] | None = None,
        in_threads: bool = False,
        spec: Path | None = None,
    ) -> None:
        found = sorted(os.sched_getaffinity(0)) if cores is None else cores
        groups = [found] if in_threads else [[core] for core in found]
        language = 'python' if spec is None else 'cpp'
        program = _program(workload_file) if spec is None else _cpp_program(spec)
        self._loops: list[TalkingChild] = []
        self._spent_s = 0.0
        try:
            for number, group in enumerate(groups):
                name = f'bare_{language}_{"threads" if in_threads else number}'
                command = [*program, '--pictures', str(pictures), '--cores', *map(str, group)]
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
        self._spent_s = procfs.cpu_seconds(self.pids)
        for loop in self._loops:
            loop.send('saturated', seconds=seconds)

    def end(self, seconds: float) -> Capacity:
        """Wait for all loops and add up what they did."""
        answers = [loop.answer(seconds + 60.0) for loop in self._loops]
        spent_s = procfs.cpu_seconds(self.pids) - self._spent_s
        return added_up([one for answer in answers for one in answer['loops']], spent_s)

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


def _program(workload_file: Path) -> list[str]:
    return python('benchmarks.side_by_side.bare.loop', '--workload', str(workload_file))


def _cpp_program(spec: Path) -> list[str]:
    return [str(executable()), 'bare', '--spec', str(spec)]


def added_up(loops: list[dict[str, Any]], cpu_s: float) -> Capacity:
    """Return what loops that ran at the same time did together, and the CPU time of it."""
    kinds = loops[0]['ms']
    frames = sum(loop['frames'] for loop in loops)
    return Capacity(
        frames_per_s=sum(loop['frames'] / loop['seconds'] for loop in loops),
        answers_per_s=sum(loop['frames'] / loop['seconds'] for loop in loops) * len(kinds),
        ms={k: sum(loop['ms'][k] * loop['frames'] for loop in loops) / frames for k in kinds},
        cpu_ms_per_answer=1e3 * cpu_s / frames / len(kinds),
    )
