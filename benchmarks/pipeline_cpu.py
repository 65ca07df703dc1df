# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
CPU time outside of networks: ``dev/env.sh python benchmarks/pipeline_cpu.py [--json]``.

The three bundled networks on three cameras, as in ``benchmarks/side_by_side``, in the pipeline
alone: no ROS, no messages. Frames come one at a time, and deadlines are so long that every job
ends with an answer. Printed is the CPU time of the process for each answer, without that of ONNX
Runtime's calls, of every round.

CPU time hardly depends on how busy the machine is; what other programs leave in the caches does
matter, so the shortest round says most. ``pipeline_cpu_pairs.py`` compares two trees.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnxruntime

sys.path.append(str(Path(__file__).resolve().parents[1]))

from benchmarks.side_by_side.contenders.scheduler import node_parameters
from benchmarks.side_by_side.workload import bundled
from benchmarks.side_by_side.workload import HEIGHT
from benchmarks.side_by_side.workload import WIDTH
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.nodes.process_tuning import tune_process
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.scenes.scene import Scene

#: of the pictures; frames of a round and before the first one
SEED, PICTURES, FRAMES, WARM = 41, 30, 90, 60
_DEADLINE_MS, _TIMEOUT_S = 5000.0, 60.0


class Networks:
    """Counts the CPU time that threads spend in ONNX Runtime's calls, in nanoseconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.spent_ns = 0
        for name in ('run', 'run_with_iobinding'):
            self._watch(name)

    def _watch(self, name: str) -> None:
        call = getattr(onnxruntime.InferenceSession, name)

        def watched(*arguments: Any, **named: Any) -> Any:
            before_ns = time.thread_time_ns()
            try:
                return call(*arguments, **named)
            finally:
                with self._lock:
                    self.spent_ns += time.thread_time_ns() - before_ns

        setattr(onnxruntime.InferenceSession, name, watched)


class Cameras:
    """Submits frames of all cameras in turn, each after the answers to the one before."""

    def __init__(self) -> None:
        scene = Scene(seed=SEED, width=WIDTH, height=HEIGHT, fps=30.0)
        self._pictures = [scene.frame(index).image_bgr.tobytes() for index in range(PICTURES)]
        self._ends = threading.Semaphore(0)
        self.answers = self._sent = 0
        given: dict[str, Any] = {'admission': 'off'}
        for name, value in node_parameters(bundled(), 20.0).items():
            if not isinstance(value, dict):
                given[name] = value
                continue
            own = {**value, 'deadline_ms': _DEADLINE_MS} if 'network' in value else value
            given.update({f'{name}.{key}': one for key, one in own.items()})
        self.pipeline = Pipeline(from_parameters(given), on_end=self._on_end)
        self.pipeline.load()
        self.pipeline.start()
        self._topics = sorted(self.pipeline.config.topic_types())

    def _on_end(self, end: JobEnd) -> None:
        self.answers += end.result is not None
        self._ends.release()

    def play(self, frames: int) -> None:
        """
        Submit frames and wait for their answers.

        :raises TimeoutError: when one does not come
        """
        for _ in range(frames):
            topic = self._topics[self._sent % len(self._topics)]
            pixels = self._pictures[self._sent // len(self._topics) % PICTURES]
            image = SourceImage.from_raw(
                pixels, width=WIDTH, height=HEIGHT, encoding='bgr8', step=3 * WIDTH
            )
            self._sent += 1
            self.pipeline.submit(Frame(topic, self._sent, time.time_ns(), 'camera', image))
            for _ in range(3):
                if not self._ends.acquire(timeout=_TIMEOUT_S):
                    raise TimeoutError(f'{topic}: no answer in {_TIMEOUT_S:g} s')


def rounds(each: Iterable[object]) -> Iterator[tuple[float, float]]:
    """
    Yield the CPU time of an answer outside of ONNX Runtime and within, in us, by round.

    :param each: a round is run for each of it
    """
    tune_process()
    networks, cameras = Networks(), Cameras()
    cameras.play(WARM)
    for _ in each:
        answers, spent_ns = cameras.answers, networks.spent_ns
        before_ns = time.process_time_ns()
        cameras.play(FRAMES)
        all_ns, spent_ns = time.process_time_ns() - before_ns, networks.spent_ns - spent_ns
        answers = cameras.answers - answers
        yield (all_ns - spent_ns) / answers / 1e3, spent_ns / answers / 1e3
    cameras.pipeline.stop()
    cameras.pipeline.unload()


def measure(count: int) -> dict[str, list[float]]:
    """Return the times of some rounds."""
    outside, within = zip(*rounds(range(count)))
    return {'outside_us': list(outside), 'networks_us': list(within)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--rounds', type=int, default=7)
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    found = {**measure(arguments.rounds), 'load': list(os.getloadavg()[:1])}
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    for name, what in (('outside_us', 'outside of networks'), ('networks_us', 'in networks')):
        values = found[name]
        print(
            f'{what:20} {min(values):6.0f} us an answer at least, '
            f'median {statistics.median(values):6.0f}'
        )
    print(f'load of the machine  {found["load"][0]:.1f}')


if __name__ == '__main__':
    main()
