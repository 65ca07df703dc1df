# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Two trees in turn: ``dev/env.sh python benchmarks/pipeline_cpu_pairs.py FOLDER [--rounds 40]``.

``FOLDER`` has the other tree's package, with its extension module: a copy of what its ``install``
folder has in ``site-packages``. Both run ``benchmarks/pipeline_cpu.py`` at the same time, each a
round after one of the other, so that what other programs do meets both. Printed is the CPU time
of an answer outside of networks, and that of this tree over the other's by pairs of rounds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(_ROOT))

#: what runs a round for each line that it gets
_ROUNDS = """
import sys
sys.path.append(sys.argv[1])
from benchmarks.pipeline_cpu import rounds
for outside_us, _ in rounds(sys.stdin):
    print(outside_us, flush=True)
"""


class Tree:
    """
    A process that runs rounds with the package of one tree.

    :param folder: what has the package; ``None`` for this tree
    """

    def __init__(self, folder: Path | None) -> None:
        path = os.environ.get('PYTHONPATH', '')
        self._process = subprocess.Popen(
            [sys.executable, '-c', _ROUNDS, str(_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, 'PYTHONPATH': path if folder is None else f'{folder}:{path}'},
        )
        self.outside_us: list[float] = []

    def play(self) -> None:
        """Run one round; :raises ValueError: when the process has ended."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write('\n')
        self._process.stdin.flush()
        self.outside_us.append(float(self._process.stdout.readline()))

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=60)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--rounds', type=int, default=40)
    arguments = parser.parse_args()
    if not (arguments.folder / 'edge_sched_ros').is_dir():
        parser.error(f'{arguments.folder} has no folder edge_sched_ros')
    other, this = Tree(arguments.folder.resolve()), Tree(None)
    for number in range(arguments.rounds):
        for tree in (other, this) if number % 2 else (this, other):
            tree.play()
    for name, tree in (('other', other), ('this', this)):
        tree.close()
        times_us = tree.outside_us
        print(
            f'{name:6}{min(times_us):6.0f} us at least, median{statistics.median(times_us):6.0f}'
        )
    ratios = sorted(b / a for a, b in zip(other.outside_us, this.outside_us))
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(f'this over other: median {middle:.2f}, half of the pairs {low:.2f} to {high:.2f}')
    print(f'load of the machine {os.getloadavg()[0]:.1f}')


if __name__ == '__main__':
    main()
