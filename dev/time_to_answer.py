# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Time from nothing to the first answer: ``make demo`` in a clone, or ``pip install``, a simulation.

Usage: ``python3 dev/time_to_answer.py clone FOLDER`` or ``... pip FOLDER --wheel FILE``, where
FOLDER is made anew. Downloads are in the time, unless they are in pip's cache: ``--no-cache``
leaves that out. Of a Debian package, ``make deb`` prints the time of install and first command.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_S = 3600
SIMULATE = 'simulate --workload robot_drone --platform orin_nx --seconds 0.5'
Step = tuple[str, list[str], Path]


def of_clone(folder: Path, _wheel: Path | None) -> list[Step]:
    """Return what a newcomer types to see the demo."""
    return [
        ('git clone', ['git', 'clone', '-q', str(ROOT), str(folder / 'clone')], folder),
        ('make demo', ['make', 'demo'], folder / 'clone'),
    ]


def of_pip(folder: Path, wheel: Path | None) -> list[Step]:
    """Return what a newcomer types to see a simulation."""
    if wheel is None:
        raise SystemExit('pip needs --wheel FILE (dev/distributions.py makes one)')
    venv = folder / 'venv'
    return [
        ('python -m venv', [sys.executable, '-m', 'venv', str(venv)], folder),
        ('pip install', [str(venv / 'bin/pip'), 'install', '-q', str(wheel.resolve())], folder),
        ('edge-sched simulate', [str(venv / 'bin/edge-sched'), *SIMULATE.split()], folder),
    ]


WAYS: dict[str, Callable[[Path, Path | None], list[Step]]] = {'clone': of_clone, 'pip': of_pip}


def plain_environment(*, cache: bool) -> dict[str, str]:
    """Return the variables of a newcomer: none of an environment that this runs in."""
    foreign = ('PYTHONPATH', 'VIRTUAL_ENV', 'AMENT_PREFIX_PATH', 'CMAKE_PREFIX_PATH')
    env = {key: value for key, value in os.environ.items() if key not in foreign}
    return env if cache else {**env, 'PIP_NO_CACHE_DIR': '1'}


def main() -> int:
    """Do the steps and print the time of each; 1 if one fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('way', choices=WAYS)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--wheel', type=Path)
    parser.add_argument('--no-cache', action='store_true', help="download what pip's cache has")
    options = parser.parse_args()
    folder = options.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    load, total = os.getloadavg()[0], 0.0
    for name, command, cwd in WAYS[options.way](folder, options.wheel):
        began = time.monotonic()
        done = subprocess.run(
            command,
            cwd=cwd,
            env=plain_environment(cache=not options.no_cache),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        took = time.monotonic() - began
        total += took
        print(f'{name}: {took:.1f} s', flush=True)
        if done.returncode:
            print(*done.stdout.splitlines()[-20:], sep='\n')
            print(f'{name} failed: exit code {done.returncode}')
            return 1
    print(*done.stdout.splitlines()[-8:], sep='\n')
    print(f'{options.way}: first answer after {total:.0f} s (load {load:.0f} at the start)')
    return 0


if __name__ == '__main__':
    sys.exit(main())
