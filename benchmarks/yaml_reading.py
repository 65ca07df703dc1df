# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What reading a long YAML file costs: ``dev/env.sh python benchmarks/yaml_reading.py``.

Per reader one row: CPU seconds for a file of 100,000 lines, the least of some runs, so that other
work on the machine hardly counts. Readers are this package with libyaml and without, PyYAML with
both, and ruamel.yaml; ``--lines`` and ``--runs`` change the size.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import yaml

from edge_sched_ros.documents import yaml_tree
from edge_sched_ros.documents.core_schema import CoreSchema


def text_of(lines: int) -> str:
    """Return a file of so many lines: groups of nine keys, numbers and texts in turn."""
    found = []
    for number in range(lines):
        if number % 10 == 0:
            found.append(f'group_{number}:')
        else:
            value = number / 8 if number % 2 else f'a text of group {number}'
            found.append(f'  key_{number}: {value}')
    return '\n'.join(found) + '\n'


def _ours(loader: type) -> Callable[[str], object]:
    def read(text: str) -> object:
        before, yaml_tree._LOADER = yaml_tree._LOADER, loader
        try:
            return yaml_tree.read_tree(text, 'long.yaml', CoreSchema())
        finally:
            yaml_tree._LOADER = before

    return read


def _ruamel(text: str) -> object:
    from ruamel.yaml import YAML

    return YAML(typ='safe', pure=True).load(text)


READERS: dict[str, Callable[[str], object]] = {
    'edge_sched_ros, libyaml': _ours(yaml.CSafeLoader),
    'edge_sched_ros, without': _ours(yaml.SafeLoader),
    'PyYAML, libyaml': lambda text: yaml.load(text, yaml.CSafeLoader),
    'PyYAML, without': lambda text: yaml.load(text, yaml.SafeLoader),
    'ruamel.yaml, without': _ruamel,
}


def cpu_seconds(read: Callable[[str], object], text: str) -> float:
    """Return what one reading costs this process."""
    begin = time.process_time()
    read(text)
    return time.process_time() - begin


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--lines', type=int, default=100_000)
    parser.add_argument('--runs', type=int, default=3)
    arguments = parser.parse_args()
    text = text_of(arguments.lines)
    print(f'{arguments.lines} lines, {len(text)} characters: CPU seconds')
    for name, read in READERS.items():
        least = min(cpu_seconds(read, text) for _ in range(arguments.runs))
        print(f'{name:24}  {least:6.2f}', flush=True)


if __name__ == '__main__':
    main()
