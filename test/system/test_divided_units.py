# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of units that are parts of a processor."""

import pytest

from edge_sched_ros.capacity.cluster import make_cluster
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.system import System

PARTS = {'big': {'of': 'gpu0', 'share': 0.75}, 'small': {'of': 'gpu0', 'share': 0.25}}


def system_of(units, cost):
    tasks = {'t': {'network': 'n', 'period_ms': 100}}
    return parse_system(('a', {'units': units, 'networks': {'n': {'cost': cost}}, 'tasks': tasks}))


def times_ms(units, cost):
    """Return the time on each unit, with that of a further item."""
    costs = System(system_of(units, cost)).costs
    return {key[-1]: (one.latency_ns / 1e6, one.per_item_ns / 1e6) for key, one in costs.items()}


@pytest.mark.parametrize('word', ['gpu', 'gpu0'])
def test_times_of_the_whole_are_divided_by_the_share(word):
    cost = {word: {'latency_ms': 6, 'per_item_ms': 3}}
    assert times_ms(PARTS, cost) == {'big': (8, 4), 'small': (24, 12)}


def test_a_time_measured_on_the_part_stays():
    assert times_ms(PARTS, {'gpu': 6, 'small': 9}) == {'big': (8, 0), 'small': (9, 0)}


def test_the_speed_of_a_part_counts_beside_its_share():
    units = {'small': {'of': 'gpu0', 'share': 0.5, 'speed': 2}}
    assert times_ms(units, {'gpu': 6}) == {'small': (6, 0)}
    assert times_ms(units, {'small': 6}) == {'small': (3, 0)}


def test_capacity_knows_the_shares():
    system = system_of({'small': PARTS['small']}, {'gpu': 6})
    (entry,) = make_cluster(system).entries()
    assert entry.load.service.mean_ms == 24


def test_a_part_has_the_kind_of_its_processor():
    units = system_of(PARTS, {'gpu': 6}).device().units
    assert {unit.kind for unit in units.values()} == {'gpu'}


@pytest.mark.parametrize(
    ('units', 'problem'),
    [
        ({'a': {'of': 'gpu0'}}, 'of and share go together: the processor, and the share of it'),
        ({'gpu': {'share': 0.5}}, 'of and share go together: the processor, and the share of it'),
        ({'a': {'of': 'gpu0', 'share': 0}}, 'greater than or equal to 0.0001'),
        ({**PARTS, 'third': {'of': 'gpu0', 'share': 0.1}}, 'add up to 1.1, above 1'),
        ({**PARTS, 'gpu0': {}}, "units.big.of: 'gpu0' is a unit itself: list either the whole or"),
        ({**PARTS, 'x': {**PARTS['big'], 'kind': 'dla'}}, 'units.x.kind: is dla, and that of big'),
    ],
)
def test_parts_that_cannot_be_are_refused(units, problem):
    with pytest.raises(ConfigError) as error:
        system_of(units, {'gpu': 6, 'a': 6})
    assert problem in str(error.value)


def test_three_thirds_make_a_whole():
    system_of({f'p{n}': {'of': 'gpu0', 'share': 0.334} for n in range(3)}, {'gpu': 6})
