# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A task keeps its minimum rate under any policy and load, when it can be kept."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_fleets import duo
from simulated_fleets import fleet_of
from systems import simulate
from systems import system

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.plugins.policies import policy_names

_SECONDS = 5.0
_CPUS = {'units': {'cpu0': {}, 'cpu1': {}}}


def _overloaded(*, min_rate_hz: float = 0.0, **more: Any) -> dict[str, Any]:
    """Return two cameras of high priority that need 5 cores, and a task of the lowest priority."""
    networks = {
        'heavy': {'stages': [{'name': 'a', 'cost': {'cpu0': 50.0, 'cpu1': 50.0}}]},
        'light': {
            'stages': [
                {'name': 'a', 'cost': {'cpu0': 5.0, 'cpu1': 5.0}},
                {'name': 'b', 'cost': {'cpu0': 5.0, 'cpu1': 5.0}},
            ]
        },
    }
    heavy = {'network': 'heavy', 'period_ms': 20.0, 'deadline_ms': 120.0, 'max_in_flight': 2}
    tasks = {
        'left': {**heavy, 'priority': 5},
        'right': {**heavy, 'priority': 5},
        'low': {
            'network': 'light', 'period_ms': 40.0, 'deadline_ms': 100.0, 'priority': -5,
            'min_rate_hz': min_rate_hz, **more,
        },
    }  # fmt: skip
    return {'networks': networks, 'tasks': tasks}


def _rates(simulator, seconds: float = _SECONDS) -> dict[str, float]:
    accounts = simulator.dispatcher.ledger.tasks
    return {name: account.on_time / seconds for name, account in accounts.items()}


@pytest.mark.parametrize('name', policy_names())
def test_a_task_of_the_lowest_priority_keeps_its_rate_under_any_policy(name):
    made = system(_overloaded(min_rate_hz=5.0), _CPUS)
    simulator, _ = simulate(made, seconds=_SECONDS, policy=name)
    rates = _rates(simulator)
    assert rates['low'] >= 5.0 * 0.95, rates
    assert not simulator.dispatcher.why_below_min_rate('low', simulator.now_ns)


@pytest.mark.parametrize('policy', ['edf+drop', 'least_slack+drop'])
def test_without_a_minimum_it_starved_and_the_others_pay_only_for_it(policy):
    without, _ = simulate(system(_overloaded(), _CPUS), seconds=_SECONDS, policy=policy)
    with_floor, _ = simulate(
        system(_overloaded(min_rate_hz=5.0), _CPUS), seconds=_SECONDS, policy=policy
    )
    before, after = _rates(without), _rates(with_floor)
    assert before['low'] < 1.0
    # 5 results of 10 ms a second are 5 % of a core, 1 result of 50 ms
    assert after['left'] + after['right'] >= before['left'] + before['right'] - 4


def test_a_task_of_a_cascade_keeps_its_rate_through_the_task_before_it():
    data = _overloaded()
    data['tasks']['after'] = {
        'network': 'light', 'after': 'low', 'deadline_ms': 160.0, 'priority': -9,
        'min_rate_hz': 4.0,
    }  # fmt: skip
    simulator, _ = simulate(system(data, _CPUS), seconds=_SECONDS, policy='edf+drop')
    rates = _rates(simulator)
    assert rates['after'] >= 3.6 and rates['low'] >= 3.6


def test_a_minimum_that_cannot_be_kept_is_told_and_takes_little():
    """Each of its jobs is late: it takes at most twice its rate."""
    data = _overloaded(min_rate_hz=3.0, network='heavy', deadline_ms=20.0)
    simulator, _ = simulate(system(data, _CPUS), seconds=_SECONDS, policy='edf')
    assert simulator.dispatcher.why_below_min_rate('low', simulator.now_ns).startswith(
        '0 results/s on time, its min_rate_hz is 3'
    )
    assert simulator.dispatcher.ledger.tasks['low'].late <= 2 * 3 * _SECONDS + 2
    assert _rates(simulator)['left'] + _rates(simulator)['right'] >= 40 - 2 * 3 - 2


def test_a_source_that_is_slower_than_the_minimum_is_named():
    data = _overloaded(min_rate_hz=5.0, period_ms=500.0)
    simulator, _ = simulate(system(data, _CPUS), seconds=_SECONDS, policy='edf+drop')
    told = simulator.dispatcher.why_below_min_rate('low', simulator.now_ns)
    assert told.endswith('its min_rate_hz is 5 (it gets 2 frames/s)')


def test_a_minimum_may_change_during_a_run():
    data = _overloaded()
    data['changes'] = [{'at_s': 1.0, 'task': 'low', 'set': {'min_rate_hz': 10.0}}]
    simulator, _ = simulate(system(data, _CPUS), seconds=_SECONDS, policy='edf+drop')
    assert simulator.dispatcher.ledger.tasks['low'].on_time >= 36


def test_a_system_of_several_devices_has_no_minimum_rates():
    data = duo()
    data['tasks']['detector']['min_rate_hz'] = 1.0
    with pytest.raises(ConfigError, match=r'min_rate_hz: a coordinator of devices keeps no'):
        fleet_of(data)
