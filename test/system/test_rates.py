# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How often tasks work, by what triggers them."""

from __future__ import annotations

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.rates import is_periodic
from edge_sched_ros.system.rates import rates_per_s

STREAMS = {'camera': {'period_ms': 50}, 'chance': {'period_ms': 50, 'arrivals': 'poisson'}}


def system_of(**tasks):
    """Return tasks, all of the same network."""
    data = {name: {'network': 'n', **task} for name, task in tasks.items()}
    return parse_system(('f', {'streams': STREAMS, 'tasks': data}))


@pytest.mark.parametrize(
    ('task', 'rate', 'periodic'),
    [
        ({'rate_per_s': 7}, 7, False),
        ({'rate_per_s': 7, 'arrivals': 'periodic'}, 7, True),
        ({'rate_per_s': 7, 'every_n': 2}, 3.5, False),
        ({'period_ms': 40}, 25, True),
        ({'period_ms': 40, 'arrivals': 'poisson'}, 25, False),
        ({'stream': 'camera'}, 20, True),
        ({'stream': 'camera', 'every_n': 4}, 5, True),
        ({'stream': 'chance'}, 20, False),
    ],
)
def test_a_rate_is_that_of_the_trigger(task, rate, periodic):
    system = system_of(t=task)
    assert rates_per_s(system) == {'t': rate}
    assert is_periodic(system.tasks['t'], system) is periodic


def test_a_cascade_has_the_rate_of_its_answers():
    system = system_of(
        then={'after': 'first', 'probability': 0.5, 'fan_out': [1, 3]},
        last={'after': 'then', 'every_n': 4},
        first={'stream': 'camera'},
    )
    assert rates_per_s(system) == {'then': 20, 'last': 5, 'first': 20}
    assert not is_periodic(system.tasks['then'], system)


def test_what_follows_goes_along_with_another_rate():
    system = system_of(first={'rate_per_s': 4}, then={'after': 'first', 'probability': 0.5})
    assert rates_per_s(system, {'first': 10}) == {'first': 10, 'then': 5}
    assert rates_per_s(system, {'then': 3}) == {'first': 4, 'then': 3}


def test_what_never_works_has_no_rate():
    system = system_of(
        off={'rate_per_s': 4, 'enabled': False},
        then={'after': 'off'},
        on={'rate_per_s': 4},
        never={'after': 'on', 'probability': 0},
    )
    assert rates_per_s(system) == {'on': 4}


@pytest.mark.parametrize(
    ('task', 'words'),
    [
        ({'stream': 'lidar'}, r"f: tasks\.t\.stream: there is no stream 'lidar'"),
        ({'after': 'nobody'}, r"f: tasks\.t\.after: there is no task 'nobody'"),
        ({'after': 't'}, r'f: tasks\.t\.after: is a loop'),
    ],
)
def test_a_trigger_that_is_not_there_is_named(task, words):
    with pytest.raises(ConfigError, match=words):
        rates_per_s(system_of(t=task))
