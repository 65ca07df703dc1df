# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The tails of the queueing models against drawn queues: ``dev/env.sh python
benchmarks/capacity_tails.py [--form FORM] [--requests N] [--seed N] [--rows]``.

Two classes of requests whose services differ by 1 to 50 times, a tenth to nine tenths of the load
by the longer one, loads 0.3 to 0.8, fixed and variable services. Every queue is drawn request by
request (``queue_draws.py``). Printed is the worst relative error of mean, p95 and p99 over all
classes of all mixes; ``--rows`` prints every class. A class with less than 3,000 requests is left
out: its p99 is chance.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from edge_sched_ros.capacity.batching import Batching
from edge_sched_ros.capacity.batching import bulk_service
from edge_sched_ros.capacity.fcfs import mg1_fcfs
from edge_sched_ros.capacity.in_a_row import drawn_rows
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Service
from edge_sched_ros.capacity.multi_core import mgc_ps
from edge_sched_ros.capacity.processor_sharing import mg1_ps
from edge_sched_ros.capacity.response import Response
from edge_sched_ros.capacity.stages import Entry
from edge_sched_ros.system.unit import Unit

sys.path.append(str(Path(__file__).parent))

from queue_draws import Array
from queue_draws import by_class
from queue_draws import ends_in_batches
from queue_draws import ends_in_order
from queue_draws import ends_shared
from queue_draws import requests
from queue_draws import services

SHORT_MS = 5.0
RATIOS = (1, 5, 20, 50)
LONG_SHARES = (0.1, 0.5, 0.9)
LOADS = (0.3, 0.6, 0.8)
CVS = (0.0, 0.3, 1.0)
#: fewer requests of a class tell nothing of its p99
FEWEST = 3_000

#: responses of each class, drawn and predicted
Pair = tuple[list[Array], list[Response]]


@dataclass(frozen=True)
class Row:
    """One class of one mix."""

    mix: str
    count: int
    errors: tuple[float, float, float]


def mixes(cores: int = 1) -> Iterator[tuple[str, list[Load]]]:
    """Yield two classes, and what they are."""
    for ratio, share, load, cv in product(RATIOS, LONG_SHARES, LOADS, CVS):
        short, long = Service(SHORT_MS, cv), Service(SHORT_MS * ratio, cv)
        work = load * cores * 1e3
        yield (
            f'{ratio:3} x, {share:.1f} of load {load:.1f}, cv {cv:.1f}',
            [
                Load(work * (1 - share) / short.mean_ms, short),
                Load(work * share / long.mean_ms, long),
            ],
        )


def in_order(count: int, seed: int) -> Iterator[tuple[str, Pair]]:
    """M/G/1-FCFS."""
    for mix, loads in mixes():
        arrivals, classes, taken = requests(loads, count, seed)
        drawn = ends_in_order(arrivals, taken) - arrivals
        yield mix, (by_class(drawn, classes, 2), mg1_fcfs(loads))


def shared(cores: int) -> Callable[[int, int], Iterator[tuple[str, Pair]]]:
    """M/G/c-PS."""

    def pairs(count: int, seed: int) -> Iterator[tuple[str, Pair]]:
        for mix, loads in mixes(cores):
            arrivals, classes, taken = requests(loads, count, seed)
            drawn = ends_shared(arrivals, taken, cores) - arrivals
            model = mg1_ps(loads) if cores == 1 else mgc_ps(loads, cores)
            yield mix, (by_class(drawn, classes, 2), model)

    return pairs


def batches(count: int, seed: int) -> Iterator[tuple[str, Pair]]:
    """M/D^[1,b]/1."""
    for most, item, load, wait_ms in product((2, 4, 16), (0.1, 0.5), LOADS, (0.0, 10.0)):
        one = Batching(most, SHORT_MS, item * SHORT_MS, wait_ms)
        rate_per_s = load * most / one.service_ms(most) * 1e3
        arrivals, classes, _ = requests([Load(rate_per_s, Service(SHORT_MS))], count, seed)
        drawn = (
            ends_in_batches(
                arrivals,
                most=most,
                first_ms=one.first_ms,
                per_item_ms=one.per_item_ms,
                wait_ms=wait_ms,
            )
            - arrivals
        )
        mix = f'{most:2} at once, {item:.1f} for a further one, load {load:.1f}, wait {wait_ms:g}'
        yield mix, (by_class(drawn, classes, 1), [bulk_service(rate_per_s, one)])


def in_a_row(count: int, seed: int) -> Iterator[tuple[str, Pair]]:
    """Two M/G/1-FCFS units, one after the other, with services of their own."""
    for times, load, cv in product(((3.0, 3.0), (5.0, 20.0), (5.0, 50.0)), LOADS, (0.0, 0.3)):
        loads = [Load(load / 2 / ms * 1e3, Service(ms, cv)) for ms in times]
        arrivals, classes, taken = requests(loads, count, seed)
        again = services(loads, classes, np.random.default_rng(seed + 1))
        drawn = ends_in_order(ends_in_order(arrivals, taken), again) - arrivals
        units = {('d', name): Unit(kind='dla', discipline='fcfs') for name in 'ab'}
        chains = {
            name: [Entry(name, place, name, one, 0.0, 0.0, False) for place in units]
            for name, one in zip(('short', 'long'), loads)
        }
        parts = {name: [one] * 2 for name, one in zip(chains, mg1_fcfs(loads))}
        found = drawn_rows(chains, units, parts)
        yield (
            f'{times[0]:g} and {times[1]:g} ms, load {load:.1f}, cv {cv:.1f}',
            (by_class(drawn, classes, 2), [found[name] for name in chains]),
        )


FORMS: dict[str, Callable[[int, int], Iterator[tuple[str, Pair]]]] = {
    'fcfs': in_order,
    'ps': shared(1),
    'cores2': shared(2),
    'cores4': shared(4),
    'batches': batches,
    'row': in_a_row,
}


def compare(form: str, count: int, seed: int = 1) -> list[Row]:
    """
    Return the errors of a form, a row for each class of each mix.

    :param count: requests of each mix
    """
    rows = []
    for mix, (drawn, model) in FORMS[form](count, seed):
        for seen, response in zip(drawn, model):
            if len(seen) >= FEWEST:
                rows.append(Row(mix, len(seen), _errors(seen, response)))
    return rows


def _errors(seen: Array, response: Response) -> tuple[float, float, float]:
    p95, p99 = np.quantile(seen, (0.95, 0.99))
    return (
        response.mean_ms / float(seen.mean()) - 1,
        response.p95_ms / float(p95) - 1,
        response.p99_ms / float(p99) - 1,
    )


def worst(rows: list[Row]) -> tuple[float, float, float]:
    """Return the worst relative error of mean, p95 and p99."""
    mean, p95, p99 = (max(abs(row.errors[place]) for row in rows) for place in range(3))
    return mean, p95, p99


def main() -> None:
    """Print the worst errors of each form."""
    parser = argparse.ArgumentParser(description=(__doc__ or '').partition('\n\n')[0])
    parser.add_argument('--form', choices=tuple(FORMS), action='append')
    parser.add_argument('--requests', type=int, default=400_000, help='of each mix')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--rows', action='store_true', help='print every class of every mix')
    options = parser.parse_args()
    for form in options.form or FORMS:
        rows = compare(form, options.requests, options.seed)
        for row in rows if options.rows else ():
            errors = ' '.join(f'{error:+7.1%}' for error in row.errors)
            print(f'{form:8} {row.mix:40} {row.count:8}  {errors}')
        errors = ' '.join(f'{error:6.1%}' for error in worst(rows))
        print(f'{form}: worst of {len(rows)}: mean, p95, p99 {errors}')


if __name__ == '__main__':
    main()
