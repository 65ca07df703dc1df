# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a CPU quota does to a replay: ``dev/env.sh python benchmarks/cpu_quota.py``, as root.

A bag of 60 frames is rendered, then played at twice its rate through the tasks of
``config/demo.yaml`` in a control group with a quota (of version 1 or 2, removed at the end): on
all cores, and on as many as the quota keeps busy, in turn. Per quota and number of cores one row:
the share of frames in time of each task, of every run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from edge_sched_ros.bags.scene_bag import write_scene_bag
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.settings.resources import share_of
from edge_sched_ros.scenes.scene import Scene

_ROOT = Path('/sys/fs/cgroup')
_PERIOD_US = 100_000
_NAME = f'edge_sched_quota_{os.getpid()}'


@contextmanager
def quota(cpus: float) -> Iterator[Path]:
    """
    Make a control group with a quota; yield the file that takes the ids of its processes.

    :raises ConfigError: where none can be made
    """
    version_1 = (_ROOT / 'cpu').is_dir()
    group = (_ROOT / 'cpu' if version_1 else _ROOT) / _NAME
    limit = round(cpus * _PERIOD_US)
    try:
        group.mkdir()
    except OSError as error:
        raise ConfigError(str(group), f'no control group can be made: {error.strerror}') from None
    try:
        if version_1:
            (group / 'cpu.cfs_period_us').write_text(str(_PERIOD_US))
            (group / 'cpu.cfs_quota_us').write_text(str(limit))
        else:
            (group / 'cpu.max').write_text(f'{limit} {_PERIOD_US}')
        yield group / 'cgroup.procs'
    except OSError as error:
        raise ConfigError(str(group), f'takes no quota: {error.strerror}') from None
    finally:
        group.rmdir()


def parameters(folder: Path, units: list[str]) -> Path:
    """Write the demo's parameters with some units; return the file."""
    data = yaml.safe_load((share_of() / 'config' / 'demo.yaml').read_text(encoding='utf-8'))
    data['/**']['ros__parameters']['units'] = units
    file = folder / f'{len(units)}_cores.yaml'
    file.write_text(yaml.safe_dump(data), encoding='utf-8')
    return file


def shares(bag: Path, file: Path, rate: float, processes: Path) -> dict[str, float]:
    """Replay a bag in a control group; return the share of frames in time of each task."""
    command = [sys.executable, '-m', 'edge_sched_ros.cli.main', 'replay', str(bag), '--json']
    command += ['--params', str(file), '--rate', str(rate)]
    # the shell enters the group and becomes the command
    entered = ['sh', '-c', 'echo $$ > "$0" && exec "$@"', str(processes), *command]
    done = subprocess.run(
        entered, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, timeout=600
    )
    found: dict[str, Any] = json.loads(done.stdout)['tasks']
    return {name: task['on_time'] / max(1, task['released']) for name, task in found.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--cpus', type=float, nargs='+', default=[0.15, 0.25, 0.5])
    parser.add_argument('--frames', type=int, default=60)
    parser.add_argument('--rate', type=float, default=2.0)
    parser.add_argument('--runs', type=int, default=2)
    arguments = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bag = folder / 'bag'
        write_scene_bag(bag, Scene(seed=7), frames=arguments.frames)
        names = [f'cpu{core}' for core in cores]
        files = [parameters(folder, units) for units in (names, names[:1])]
        for cpus in arguments.cpus:
            found: dict[Path, list[dict[str, float]]] = {file: [] for file in files}
            with quota(cpus) as processes:
                for _ in range(arguments.runs):
                    for file, rows in found.items():
                        rows.append(shares(bag, file, arguments.rate, processes))
            for file, rows in found.items():
                each = (
                    f'{task} {", ".join(f"{row[task]:.0%}" for row in rows)}' for task in rows[0]
                )
                print(f'{cpus:g} CPUs, {file.stem}: {"; ".join(each)}', flush=True)


if __name__ == '__main__':
    main()
