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
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.capacity.fcfs import mg1_fcfs
from edge_sched_ros.capacity.fcfs import SwapForm
from edge_sched_ros.capacity.fcfs import utilisation
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Service
from edge_sched_ros.capacity.response import Response

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


#: lines of a trace by network
Group = Mapping[str, list[dict[str, str]]]
Array = NDArray[np.float64]
#: the quantiles of tails, the largest relative errors wanted, and the length of a run
_SHARES, _LIMITS, _RUN_S = (0.95, 0.99), (0.05, 0.08), 180.0


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


def show_tails(path: Path, runs: int, seed: int) -> None:
    """
    Print the relative errors of p95 and p99, by the rates asked for and random swaps.

    Beside them those of the same services and swaps with the arrivals that came, and the share of
    drawn runs of exactly this model, as long as the real one, that are within the limits.

    :param runs: drawn for each load
    """
    expected = [0.0, 0.0]
    for load, group in sorted(_groups(path).items()):
        full = [
            Load(_rate(lines, False), Service(TIMES[name][0]), TIMES[name][1])
            for name, lines in group.items()
        ]
        models = dict(zip(group, mg1_fcfs(full, 'random')))
        driven = _with_arrivals_that_came(group)
        within = _within_by_chance(models, group, runs, seed)
        for name, lines in group.items():
            seen = np.quantile(_responses_ms(lines), _SHARES)
            found = (models[name].p95_ms, models[name].p99_ms) / seen - 1
            came = np.quantile(driven[name], _SHARES) / seen - 1
            text = ' '.join(f'{error:+7.1%}' for error in (*found, *came))
            text += ''.join(f' {share:5.0%}' for share in within[name])
            print(f'{load:>4} {name:15} {len(lines):5} x  {text}')
            expected = [total + share for total, share in zip(expected, within[name])]
    print(f'runs of the model itself: {expected[0]:.1f} and {expected[1]:.1f} cells within')


def _served_ms(times_ms: Array, names: Sequence[str]) -> Array:
    """Return the response of each request in order, with a swap where the network changes."""
    ends, free_ms, last = np.empty(len(times_ms)), 0.0, names[0]
    for index, (time_ms, name) in enumerate(zip(times_ms, names)):
        service_ms, swap_ms = TIMES[name]
        free_ms = max(free_ms, time_ms) + service_ms + (swap_ms if name != last else 0.0)
        ends[index], last = free_ms, name
    return ends - times_ms


def _with_arrivals_that_came(group: Group) -> dict[str, Array]:
    came = sorted(
        (1e3 * float(line['start_time']), name) for name, lines in group.items() for line in lines
    )
    names = np.array([name for _, name in came])
    found = _served_ms(np.array([time_ms for time_ms, _ in came]), list(names))
    return {name: found[names == name] for name in group}


def _within_by_chance(
    models: Mapping[str, Response], group: Group, runs: int, seed: int
) -> dict[str, Array]:
    """Return the share of runs of the model whose p95 and p99 are within the limits of its own."""
    generator = np.random.default_rng(seed)
    within = {name: np.zeros(2) for name in group}
    for _ in range(runs):
        counts = {n: generator.poisson(_rate(lines, False) * _RUN_S) for n, lines in group.items()}
        names = np.repeat(list(counts), list(counts.values()))
        times_ms = generator.uniform(0, 1e3 * _RUN_S, len(names))
        order = np.argsort(times_ms)
        found = _served_ms(times_ms[order], list(names[order]))
        for name, model in models.items():
            seen = np.quantile(found[names[order] == name], _SHARES)
            errors = np.abs((model.p95_ms, model.p99_ms) / seen - 1)
            within[name] += errors <= _LIMITS
    return {name: count / runs for name, count in within.items()}


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
    parser.add_argument('--runs', type=int, default=200, help='with --tails: drawn for each load')
    parser.add_argument('--seed', type=int, default=1000, help='of these runs')
    options = parser.parse_args()
    if not options.data.is_file():
        sys.exit(f'capacity_ibis: {options.data}: there is no such file')
    if options.tails:
        show_tails(options.data, options.runs, options.seed)
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
