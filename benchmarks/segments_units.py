# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Two networks on two CPU cores, whole and in segments: ``dev/env.sh python
benchmarks/segments_units.py [--seconds N] [--repetitions N] [--parts N] [--same] [--json]``.

The bundled networks, and YOLOX-nano where ``../shared/data`` has it, run in the real pipeline
without ROS. A round is a frame that both networks answer; as many rounds are in flight as a way
can use. Ways: one after the other on one core; each network whole on a core of its own, in the
better of the two; whole networks on whichever core is free; segments on whichever core is free;
segments as a plan for throughput says, which is made of what ``edge-sched profile`` measured of
them. Every way is loaded once, and the ways take turns: what is
shown are medians over the repetitions, and medians of ratios within a repetition.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import json
import queue
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from edge_sched_ros.cli.main import main as edge_sched
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.planning.from_file import problem_of
from edge_sched_ros.planning.objective import MAX_THROUGHPUT
from edge_sched_ros.planning.objective import Objective
from edge_sched_ros.planning.planner import make_plan
from edge_sched_ros.planning.situation import plan_for_policy
from edge_sched_ros.planning.situation import planning_file
from edge_sched_ros.system.parsing import parse_system

CORES = ('cpu0', 'cpu1')
WIDTH, HEIGHT = 640, 480
#: rounds in flight
DEPTH = 3
#: of a turn, at its begin: caches fill, the pipeline of rounds fills
WARM_S = 0.3
#: runs in which every way learns costs before anything counts
LEARN_S = 1.5
MODELS = Path(__file__).resolve().parents[1] / 'models'
DATA = Path(__file__).resolve().parents[2] / 'shared' / 'data' / 'yolox_nano_416x416.onnx'

SEQUENTIAL, FIXED, WHOLE = 'sequential', 'fixed', 'whole, any core'
SEGMENTS, PLANNED = 'segments, any core', 'segments, planned'


@dataclass
class Way:
    """
    A loaded pipeline of two tasks, and what counts its rounds.

    A round of which one answer was overtaken by that of a later round does not count.
    """

    pipeline: Pipeline
    tasks: tuple[str, ...]
    ends: queue.SimpleQueue[JobEnd] = field(default_factory=queue.SimpleQueue)
    seq: int = 0
    in_flight: Counter[int] = field(default_factory=Counter)
    spoilt: set[int] = field(default_factory=set)

    def turn(self, seconds: float) -> tuple[float, float]:
        """Return rounds a second and the median response of a round, in ms."""
        begun: dict[int, float] = {}
        for _ in range(DEPTH):
            begun[self._submit()] = time.monotonic()
        begin = time.monotonic() + WARM_S
        done, responses = 0, []
        while (now := time.monotonic()) < begin + seconds:
            seq = self._ended()
            if seq is None:
                continue
            now = time.monotonic()
            if seq in self.spoilt:
                self.spoilt.remove(seq)
            elif now >= begin:
                done += 1
                responses.append(now - begun[seq])
            begun[self._submit()] = now
        took = now - begin
        while self.in_flight:
            self._ended()
        return done / took, 1e3 * statistics.median(responses)

    def _submit(self) -> int:
        self.seq += 1
        self.in_flight[self.seq] = len(self.tasks)
        image = SourceImage.from_raw(
            PIXELS, width=WIDTH, height=HEIGHT, encoding='bgr8', step=3 * WIDTH
        )
        self.pipeline.submit(Frame('camera', self.seq, self.seq, '', image))
        return self.seq

    def _ended(self) -> int | None:
        """Take in the end of a job; return the round that it completes."""
        end = self.ends.get(timeout=30.0)
        assert end.frame is not None
        seq = end.frame.seq
        if end.response_ns is None:
            assert end.reason == 'overtaken', (end.task, end.reason)
            self.spoilt.add(seq)
        self.in_flight[seq] -= 1
        if self.in_flight[seq]:
            return None
        del self.in_flight[seq]
        return seq


PIXELS = np.random.default_rng(0).integers(0, 255, HEIGHT * WIDTH * 3, dtype=np.uint8)


def network_files(folder: Path, parts: int) -> dict[str, tuple[str, str]]:
    """Return network -> its YAML files, whole and in segments."""
    found = {}
    sources = {name: MODELS / f'{name}.yaml' for name in ('detector', 'depth')}
    if DATA.is_file():
        wide = {
            'file': str(DATA),
            'input': {'name': 'images', 'width': 416, 'height': 416, 'align': 'topleft'},
            'decoder': 'yolox',
            'labels': [f'coco{n}' for n in range(80)],
        }
        sources['yolox'] = folder / 'yolox.yaml'
        sources['yolox'].write_text(yaml.safe_dump(wide))
    for name, source in sources.items():
        data = yaml.safe_load(source.read_text())
        file = (source.parent / data['file']).resolve()
        data = {k: v for k, v in data.items() if k not in ('variants', 'accuracy')}
        data['file'] = str(file)
        whole, cut = folder / f'whole_{name}.yaml', folder / f'cut_{name}.yaml'
        whole.write_text(yaml.safe_dump(data))
        with contextlib.redirect_stdout(io.StringIO()):
            edge_sched(['cut', str(file), '--max-parts', str(parts), '-o', str(folder), '--json'])
        cut.write_text(yaml.safe_dump({**data, 'segments': f'{file.stem}.segments.yaml'}))
        found[name] = (str(whole), str(cut))
    return found


def load(
    networks: tuple[tuple[str, str], ...],
    policy: str,
    units: Mapping[str, list[str]],
    profiles: str = '',
) -> Way:
    """
    Return a way that is started.

    :param networks: task and file of each network
    :param units: task -> its units; all for those that are not named
    :param profiles: a file of costs; empty to learn them
    """
    values: dict[str, Any] = {
        'tasks': [task for task, _ in networks],
        'policy': policy,
        'units': list(CORES),
        'profiles': profiles,
    }
    for task, file in networks:
        values |= {
            f'{task}.network': file,
            f'{task}.topic': 'camera',
            f'{task}.deadline_ms': 10_000.0,
            f'{task}.queue_depth': DEPTH,
        }
        if task in units:
            values[f'{task}.units'] = units[task]
    ends: queue.SimpleQueue[JobEnd] = queue.SimpleQueue()
    pipeline = Pipeline(from_parameters(values), on_end=ends.put)
    pipeline.load()
    pipeline.start()
    way = Way(pipeline, tuple(task for task, _ in networks), ends)
    way.turn(LEARN_S)
    return way


def profile(files: list[str]) -> str:
    """Return a file of what segments cost on the cores, hand-overs included."""
    output = Path(files[0]).with_name('profiles.yaml')
    asked = ['--units', ','.join(CORES), '--share', '0.05', '--max-s', '1', '--json']
    with contextlib.redirect_stdout(io.StringIO()):
        edge_sched(['profile', *dict.fromkeys(files), '-o', str(output), *asked])
    return str(output)


def plan(way: Way) -> dict[str, list[str]]:
    """Let a way follow the plan of most throughput by the costs it knows."""
    file = way.pipeline._running().read(lambda core, _now: planning_file(core))
    problem = problem_of(parse_system(('plan', file)))
    mapping = make_plan(problem, Objective(MAX_THROUGHPUT), time_limit_s=20.0).mapping
    way.pipeline._running().post(ParametersChanged(plan_for_policy(mapping)))
    return mapping


def measure(
    files: Mapping[str, tuple[str, str]], pair: tuple[str, str], options: argparse.Namespace
) -> dict[str, Any]:
    """Return medians of every way of running two networks, and of the ratios between ways."""
    tasks = ('a', 'b')
    whole, cut = (
        tuple((task, files[name][index]) for task, name in zip(tasks, pair)) for index in (0, 1)
    )
    first, second = CORES
    ways = {
        SEQUENTIAL: load(whole, 'edf', {task: [first] for task in tasks}),
        FIXED: load(whole, 'edf', {'a': [first], 'b': [second]}),
        WHOLE: load(whole, 'edf', {}),
        SEGMENTS: load(cut, 'edf', {}),
        PLANNED: load(cut, 'plan_follower', {}, profile([file for _, file in cut])),
    }
    try:
        mapping = plan(ways[PLANNED])
        turns: list[dict[str, tuple[float, float]]] = []
        for number in range(options.repetitions):
            order = list(ways)[number % len(ways) :] + list(ways)[: number % len(ways)]
            turns.append({name: ways[name].turn(options.seconds) for name in order})
    finally:
        for way in ways.values():
            way.pipeline.unload()

    def median(value: Any) -> float:
        return float(statistics.median(map(value, turns)))

    return {
        'plan': mapping,
        'rounds a second': {n: median(lambda t, n=n: t[n][0]) for n in ways},
        'response ms': {n: median(lambda t, n=n: t[n][1]) for n in ways},
        'over': {
            base: {n: median(lambda t, n=n, b=base: t[n][0] / t[b][0]) - 1 for n in ways}
            for base in (FIXED, SEQUENTIAL)
        },
    }


def main() -> None:
    """Print a table per pair of networks, and the mean over them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seconds', type=float, default=1.0)
    parser.add_argument('--repetitions', type=int, default=20)
    parser.add_argument('--parts', type=int, default=2)
    parser.add_argument('--networks', nargs='*', help='only these: detector, depth, yolox')
    parser.add_argument('--same', action='store_true', help='pairs of equal networks, too')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = network_files(Path(folder), options.parts)
        names = [name for name in files if name in (options.networks or files)]
        pairs = [(a, b) for a, b in itertools.combinations(names, 2)]
        pairs += [(name, name) for name in names if options.same]
        report = {' + '.join(pair): measure(files, pair, options) for pair in pairs}
    if options.json:
        print(json.dumps(report, indent=2))
        return
    for pair, found in report.items():
        print(f'{pair}, plan {found["plan"]}')
        for name, rate in found['rounds a second'].items():
            response = found['response ms'][name]
            gains = ''.join(f'{found["over"][base][name]:+10.1%}' for base in (FIXED, SEQUENTIAL))
            print(f'  {name:20}{rate:8.2f}/s{response:9.1f} ms{gains}')
    print('mean over pairs: rounds a second over fixed, over sequential')
    for name in (WHOLE, SEGMENTS, PLANNED):
        gains = ''.join(
            f'{statistics.mean(found["over"][base][name] for found in report.values()):+10.1%}'
            for base in (FIXED, SEQUENTIAL)
        )
        print(f'  {name:37}{gains}')


if __name__ == '__main__':
    main()
