# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Accuracy of the bundled networks on unseen scenes: ``dev/env.sh python benchmarks/accuracy.py``.

Renders a bag per seed, replays it through the pipeline with the demo's parameters, scores it. Only
deadlines and queues are longer than the demo's, so that every frame is answered on any machine.
``--variant detector=int8`` does so with another variant of a task's network, ``--engine-option
provider=openvino --engine-option precision=fp16`` with these ``engine_options`` for all of them.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from argparse import ArgumentTypeError
from argparse import Namespace
from argparse import RawDescriptionHelpFormatter
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from edge_sched_ros.bags.replay import Replay
from edge_sched_ros.bags.scene_bag import write_scene_bag
from edge_sched_ros.bags.score import score
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.settings.config import from_file
from edge_sched_ros.pipeline.settings.resources import share_of
from edge_sched_ros.scenes.scene import Scene

#: share of frames below which accuracy says little of the network
_ENOUGH_ANSWERED = 0.95
_MOST_RATE = 1000.0
#: an hour, the longest there is
_NO_DEADLINE_MS = 3.6e6
#: frames that may wait
_MOST_FRAMES = 1000


def _with_options(network: str, options: Mapping[str, str], folder: Path) -> str:
    """Return a network's YAML file, copied with ``engine_options`` if there are any."""
    if not options:
        return network
    file = Path(network)
    data = yaml.safe_load(file.read_text())
    data['engine_options'] = {**data.get('engine_options', {}), **options}
    for one in (data, *data.get('variants', [])):
        one['file'] = str(file.parent / one['file'])
    copy = folder / file.name
    copy.write_text(yaml.safe_dump(data))
    return str(copy)


def measure(
    seed: int,
    frames: int,
    rate: float,
    variants: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
) -> dict[str, float | None]:
    """
    Return the accuracy on one scene, with the number of frames each task answered.

    :param variants: of tasks' networks; the networks' own files where not given
    :param options: ``engine_options`` of all networks
    """
    share = share_of()
    assert share is not None, 'the package is not installed'
    config = from_file(share / 'config' / 'demo.yaml')
    chosen = dict(variants or {})
    tasks = tuple(
        replace(
            task,
            variant=chosen.pop(task.name, 'base'),
            deadline_ms=_NO_DEADLINE_MS,
            queue_depth=_MOST_FRAMES,
            max_in_flight=1,
        )
        for task in config.tasks
    )
    if chosen:
        names = ', '.join(task.name for task in config.tasks)
        raise ConfigError('--variant', f'the demo has no {", ".join(chosen)} (it has {names})')
    config = replace(
        config,
        tasks=tasks,
        policy='edf',
        policy_parameters={},
        fast_variants=False,
        watchdog_floor_ms=_NO_DEADLINE_MS,
    )
    with TemporaryDirectory() as folder:
        tasks = tuple(
            replace(task, network=_with_options(task.network, options or {}, Path(folder)))
            for task in config.tasks
        )
        config = replace(config, tasks=tasks)
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
    answered = min((task.on_time + task.late) / max(1, task.released) for task in status.tasks)
    return {**found, 'answered': answered}


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ArgumentTypeError(f'must be at least 1, not {text}')
    return value


def _seed(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ArgumentTypeError(f'must not be below 0, not {text}')
    return value


def _rate(text: str) -> float:
    value = float(text)
    if not 0 < value <= _MOST_RATE:
        raise ArgumentTypeError(f'must be above 0 and at most {_MOST_RATE:g}, not {text}')
    return value


def _variant(text: str) -> tuple[str, str]:
    task, _, name = text.partition('=')
    if not task or not name:
        raise ArgumentTypeError(f"must be TASK=NAME (detector=int8), not '{text}'")
    return task, name


def _option(text: str) -> tuple[str, str]:
    key, _, value = text.partition('=')
    if not key or not value:
        raise ArgumentTypeError(f"must be KEY=VALUE (provider=openvino), not '{text}'")
    return key, value


def _arguments(given: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument(
        '--seeds', type=_seed, nargs='+', default=list(range(20, 32)), metavar='SEED',
        help='scenes to measure on (20 to 31, which no training has seen)',
    )  # fmt: skip
    parser.add_argument('--frames', type=_count, default=300, help='of each scene (300)')
    parser.add_argument(
        '--rate', type=_rate, default=2.0,
        help='how many times as fast as real time (2); too fast, and frames are not answered',
    )  # fmt: skip
    parser.add_argument(
        '--variant', type=_variant, action='append', default=[], metavar='TASK=NAME',
        help="another variant of a task's network; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        '--engine-option', type=_option, action='append', default=[], metavar='KEY=VALUE',
        help='an engine option of all networks; may be repeated',
    )  # fmt: skip
    parser.add_argument('--json', action='store_true', help='print JSON')
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Measure a range of seeds; what cannot be used is one line and exit code 2."""
    arguments = _arguments(given)
    variants, options = dict(arguments.variant), dict(arguments.engine_option)
    try:
        runs = {
            seed: measure(seed, arguments.frames, arguments.rate, variants, options)
            for seed in arguments.seeds
        }
    except ConfigError as error:
        print(f'accuracy: {error}', file=sys.stderr)
        return 2
    _warn(runs)
    if arguments.json:
        print(json.dumps(runs, indent=2))
    else:
        _show(runs)
    return 0


def _warn(runs: Mapping[int, Mapping[str, float | None]]) -> None:
    """Say where so few frames were answered that the accuracy is not that of the network."""
    for seed, run in runs.items():
        answered = run['answered'] or 0.0
        if answered < _ENOUGH_ANSWERED:
            print(
                f'accuracy: seed {seed}: only {answered:.1%} of the frames of some task were '
                'answered: take a lower --rate',
                file=sys.stderr,
            )


def _show(runs: Mapping[int, Mapping[str, float | None]]) -> None:
    for seed, run in runs.items():
        told = [(key, 'none' if value is None else f'{value:.3f}') for key, value in run.items()]
        print(f'seed {seed:6}', '  '.join(map(' '.join, told)))
    for key in next(iter(runs.values())):
        values = [value for run in runs.values() if (value := run[key]) is not None]
        if values:
            mean = sum(values) / len(values)
            print(f'{key}: mean {mean:.3f}, from {min(values):.3f} to {max(values):.3f}')


if __name__ == '__main__':
    sys.exit(main())
