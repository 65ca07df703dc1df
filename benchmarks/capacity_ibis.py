# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The queueing model against requests on a real edgeTPU: ``dev/env.sh python
benchmarks/capacity_ibis.py DATA.csv [--json]``.

``DATA.csv`` is ``data/queuing_tpu_efficientnet-LXinception_v3Xinception_v4.csv`` of the
repository umassos/ibis (MIT): three networks share one edgeTPU, Poisson arrivals, about 180 s at
each of five loads. Service and swap times are those of the authors' notebook. Compared are the
mean responses, from the request to its answer, per network and load; also without the swap term,
which is what ignoring the swaps costs.

Rates are those asked for, as a planner knows them; ``--seen`` takes those that came.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import defaultdict
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge_sched_ros.capacity.fcfs import mg1_fcfs
from edge_sched_ros.capacity.fcfs import SwapForm
from edge_sched_ros.capacity.fcfs import utilisation
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Service

#: network -> service and swap in ms, from the notebook of umassos/ibis
TIMES = {
    'efficientnet-L': (42.18, 17.53),
    'inception_v3': (62.95, 19.39),
    'inception_v4': (125.13, 19.43),
}


@dataclass(frozen=True)
class Row:
    """One network at one load."""

    load: str
    network: str
    requests: int
    rate_per_s: float
    utilisation: float
    measured_ms: float
    predicted_ms: float
    without_swap_ms: float

    @property
    def error(self) -> float:
        """Return the relative error."""
        return abs(self.predicted_ms / self.measured_ms - 1)

    @property
    def error_without_swap(self) -> float:
        """Return the relative error of a model that knows no swaps."""
        return abs(self.without_swap_ms / self.measured_ms - 1)


def compare(path: Path, *, seen: bool = False, swap: SwapForm = 'mean') -> list[Row]:
    """
    Return measured and predicted responses.

    :param seen: take the rates that came instead of those asked for
    """
    return [
        row
        for load, group in sorted(_groups(path).items())
        for row in _rows(load, group, seen, swap)
    ]


def _groups(path: Path) -> dict[str, dict[str, list[dict[str, str]]]]:
    groups: dict[str, dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    with path.open(newline='', encoding='utf-8') as file:
        for line in csv.DictReader(file):
            groups[line['vary_rho']][line['model']].append(line)
    return groups


def show_tails(path: Path) -> None:
    """Print the relative errors of p95 and p99, by the rates asked for and random swaps."""
    for load, group in sorted(_groups(path).items()):
        full = [
            Load(_rate(lines, False), Service(TIMES[name][0]), TIMES[name][1])
            for name, lines in group.items()
        ]
        for (name, lines), response in zip(group.items(), mg1_fcfs(full, 'random')):
            p95, p99 = np.quantile(_responses_ms(lines), (0.95, 0.99))
            errors = f'{response.p95_ms / p95 - 1:+7.1%} {response.p99_ms / p99 - 1:+7.1%}'
            print(f'{load:>4} {name:15} {len(lines):5} x  {errors}')


def mean_error(rows: list[Row]) -> float:
    """Return the mean relative error."""
    return sum(row.error for row in rows) / len(rows)


def mean_error_without_swap(rows: list[Row]) -> float:
    """Return the mean relative error of a model that knows no swaps."""
    return sum(row.error_without_swap for row in rows) / len(rows)


def _rows(
    load: str, group: dict[str, list[dict[str, str]]], seen: bool, swap: SwapForm
) -> list[Row]:
    rates = {name: _rate(lines, seen) for name, lines in group.items()}
    full = [Load(rates[name], Service(TIMES[name][0]), TIMES[name][1]) for name in group]
    bare = [Load(rates[name], Service(TIMES[name][0])) for name in group]
    predicted = mg1_fcfs(full, swap)
    without = mg1_fcfs(bare)
    return [
        Row(
            load,
            name,
            len(lines),
            rates[name],
            utilisation(full),
            _mean_response_ms(lines),
            response.mean_ms,
            plain.mean_ms,
        )
        for (name, lines), response, plain in zip(group.items(), predicted, without)
    ]


def _rate(lines: list[dict[str, str]], seen: bool) -> float:
    if not seen:
        return float(lines[0]['input_rate'])
    starts = [float(line['start_time']) for line in lines]
    return (len(starts) - 1) / (max(starts) - min(starts))


def _mean_response_ms(lines: list[dict[str, str]]) -> float:
    times = _responses_ms(lines)
    return sum(times) / len(times)


def _responses_ms(lines: list[dict[str, str]]) -> list[float]:
    return [1e3 * (float(line['end_time']) - float(line['start_time'])) for line in lines]


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=(__doc__ or '').partition('\n\n')[0])
    parser.add_argument('data', type=Path)
    parser.add_argument('--seen', action='store_true', help='rates that came, not those asked for')
    parser.add_argument('--swap', choices=('mean', 'random'), default='mean')
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--tails', action='store_true', help='errors of p95 and p99 only')
    options = parser.parse_args()
    if not options.data.is_file():
        sys.exit(f'capacity_ibis: {options.data}: there is no such file')
    if options.tails:
        show_tails(options.data)
        return
    rows = compare(options.data, seen=options.seen, swap=options.swap)
    errors = {'mean_error': mean_error(rows), 'without_swap': mean_error_without_swap(rows)}
    if options.json:
        print(json.dumps({'rows': [asdict(row) for row in rows], **errors}, indent=2))
        return
    for row in rows:
        print(
            f'{row.load:>4} {row.network:15} {row.requests:5} x  busy {row.utilisation:.3f}  '
            f'measured {row.measured_ms:7.2f} ms  predicted {row.predicted_ms:7.2f} '
            f'({row.error:6.1%})  without swap {row.without_swap_ms:7.2f} '
            f'({row.error_without_swap:6.1%})'
        )
    print(f'mean error {errors["mean_error"]:.2%}, without swap {errors["without_swap"]:.1%}')


if __name__ == '__main__':
    main()
