# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The bare loop: networks back to back on the cores given, no ROS, no scheduler.

Started by the runner; commands come on stdin.
"""

from __future__ import annotations

import argparse
import gc
import os
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.side_by_side.baseline.programs import answer
from benchmarks.side_by_side.baseline.programs import programs_of
from benchmarks.side_by_side.contenders.baselines import ONE
from benchmarks.side_by_side.pictures import there_and_back
from benchmarks.side_by_side.rig.commands import Commands
from benchmarks.side_by_side.workload import Task
from benchmarks.side_by_side.workload import Workload
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage

#: how long after its time a loop may still be at its last frame
_LATE_S = 60.0


class Loop:
    """
    All tasks of a workload on one core, each with its own tracker.

    :param pictures: file of cameras x frames x height x width x 3
    """

    def __init__(self, workload: Workload, pictures: Path) -> None:
        self.tasks = workload.tasks
        self._cameras = workload.cameras
        self._programs: dict[str, Program] = programs_of(workload, list(self.tasks), ONE)
        self._pictures = np.ascontiguousarray(np.load(pictures)[: workload.cameras])

    def once(self, turn: int, spent_ns: dict[str, int]) -> None:
        """Run every task on the next frame of its camera, adding up time by kind of task."""
        for camera in range(self._cameras):
            frame, found = self._frame(turn, camera), {}
            for task in self.tasks:
                if task.camera == camera:
                    before = time.perf_counter_ns()
                    found[task.name] = self.run(task, frame, found.get(task.parent))
                    spent_ns[task.kind.name] += time.perf_counter_ns() - before

    def run(self, task: Task, frame: Frame, parent: Any = None) -> Any:
        """Run one task on one frame."""
        return answer(self._programs[task.name], frame, parent)

    def _frame(self, turn: int, camera: int) -> Frame:
        own = self._pictures[camera]
        picture = own[there_and_back(turn, len(own))]
        height, width = picture.shape[:2]
        image = SourceImage.from_raw(
            picture.reshape(-1), width=width, height=height, encoding='bgr8', step=3 * width
        )
        return Frame('', turn, turn, '', image)

    def saturated(self, seconds: float) -> dict[str, Any]:
        """Run back to back; return frames done, seconds, and milliseconds by kind of task."""
        spent_ns = {task.kind.name: 0 for task in self.tasks}
        turns, begin = 0, time.perf_counter()
        while (elapsed := time.perf_counter() - begin) < seconds:
            self.once(turns, spent_ns)
            turns += 1
        frames = turns * self._cameras
        ms = {kind: ns / 1e6 / frames for kind, ns in spent_ns.items()}
        return {'frames': frames, 'seconds': elapsed, 'ms': ms}

    def paced(self, rate_hz: float, seconds: float) -> list[float]:
        """Run the first task on frames of camera 0 at a rate; return milliseconds of each."""
        found, begin_ns = [], time.monotonic_ns()
        for turn in range(round(rate_hz * seconds)):
            due_ns = begin_ns + round(turn * 1e9 / rate_hz)
            time.sleep(max(0, due_ns - time.monotonic_ns()) / 1e9)
            frame = self._frame(turn, 0)
            before = time.perf_counter_ns()
            self.run(self.tasks[0], frame)
            found.append((time.perf_counter_ns() - before) / 1e6)
        return found


class Loops:
    """A loop per core, each in a thread pinned to it."""

    def __init__(self, workload: Workload, pictures: Path, cores: list[int]) -> None:
        self._cores = cores
        self._loops = [Loop(workload, pictures) for _ in cores]

    def saturated(self, seconds: float) -> dict[str, Any]:
        """Return the results of all loops at the same time."""
        return {'loops': self._together('saturated', seconds, seconds)}

    def paced(self, rate_hz: float, seconds: float) -> dict[str, Any]:
        """Return the milliseconds of the first loop."""
        return {'ms': self._together('paced', seconds, rate_hz, seconds)[0]}

    def _together(self, name: str, lasts_s: float, *arguments: Any) -> list[Any]:
        found: list[Any] = [None] * len(self._loops)

        def work(index: int) -> None:
            os.sched_setaffinity(0, {self._cores[index]})
            found[index] = getattr(self._loops[index], name)(*arguments)

        threads = [
            threading.Thread(target=work, args=(n,), daemon=True) for n in range(len(found))
        ]
        gc.collect()
        gc.disable()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(lasts_s + _LATE_S)
        gc.enable()
        if any(thread.is_alive() for thread in threads):
            raise RuntimeError(f'{name} has not ended within {lasts_s + _LATE_S:.0f} s')
        return found


def main() -> None:
    """Take commands until stdin is closed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--workload', type=Path, required=True)
    parser.add_argument('--pictures', type=Path, required=True)
    parser.add_argument('--cores', type=int, nargs='+', required=True)
    arguments = parser.parse_args()
    loops = Loops(Workload.load(arguments.workload), arguments.pictures, arguments.cores)
    Commands().serve({'saturated': loops.saturated, 'paced': loops.paced})


if __name__ == '__main__':
    main()
