# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Accuracy of the bundled networks on unseen scenes: ``dev/env.sh python benchmarks/accuracy.py``.

Renders a bag per seed, replays it through the pipeline with the demo's parameters, scores it.
``--variant detector=int8`` does so with another variant of a task's network.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from edge_sched_ros.bags.replay import Replay
from edge_sched_ros.bags.scene_bag import write_scene_bag
from edge_sched_ros.bags.score import score
from edge_sched_ros.pipeline.config import from_file
from edge_sched_ros.pipeline.resources import share_of
from edge_sched_ros.scenes.scene import Scene


def measure(
    seed: int, frames: int, rate: float, variants: Mapping[str, str] | None = None
) -> dict[str, float | None]:
    """
    Return the accuracy on one scene, with the number of frames each task answered.

    :param variants: of tasks' networks; the networks' own files where not given
    """
    share = share_of()
    assert share is not None, 'the package is not installed'
    config = from_file(share / 'config' / 'demo.yaml')
    chosen = dict(variants or {})
    tasks = tuple(replace(task, variant=chosen.pop(task.name, '')) for task in config.tasks)
    if chosen:
        raise SystemExit(f'the demo has no task named {", ".join(chosen)}')
    config = replace(config, tasks=tasks)
    with TemporaryDirectory() as folder:
        bag, results = Path(folder, 'bag'), Path(folder, 'results')
        write_scene_bag(bag, Scene(seed=seed), frames=frames)
        status = Replay(config, results=results).run(bag, rate=rate, progress=lambda done: None)
        found = score(
            results,
            bag,
            detections='/detector/detections',
            tracks='/tracker/tracks',
            depth='/depth/image',
        )
    answered = min((task.on_time + task.late) / task.released for task in status.tasks)
    return {**found, 'answered': answered}


def main() -> None:
    """Measure a range of seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seeds', type=int, nargs='+', default=list(range(20, 32)))
    parser.add_argument('--frames', type=int, default=300)
    parser.add_argument('--rate', type=float, default=2.0)
    parser.add_argument('--variant', action='append', default=[], metavar='TASK=NAME')
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    variants = dict(choice.partition('=')[::2] for choice in arguments.variant)
    runs = {
        seed: measure(seed, arguments.frames, arguments.rate, variants) for seed in arguments.seeds
    }
    if arguments.json:
        print(json.dumps(runs, indent=2))
        return
    for seed, run in runs.items():
        print(f'seed {seed:6}', '  '.join(f'{key} {value:.3f}' for key, value in run.items()))
    for key in next(iter(runs.values())):
        values = [run[key] or 0.0 for run in runs.values()]
        mean = sum(values) / len(values)
        print(f'{key}: mean {mean:.3f}, from {min(values):.3f} to {max(values):.3f}')


if __name__ == '__main__':
    main()
