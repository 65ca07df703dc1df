# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs of fleets: conservation, repeatability, faults."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from simulated_fleets import duo
from simulated_fleets import fleet_of
from simulated_fleets import NETWORK
from simulated_fleets import run

from edge_sched_ros.core.high_level.codec import from_dict
from edge_sched_ros.core.high_level.codec import to_dict
from edge_sched_ros.core.high_level.decisions import Send
from edge_sched_ros.core.high_level.dispatcher import HighLevelDispatcher
from edge_sched_ros.plugins.high_level_policies import make_high_level_policy
from edge_sched_ros.policies.high_level.registry import high_level_policy_classes
from edge_sched_ros.simulation.fleet.outcome import fleet_outcome
from edge_sched_ros.simulation.outcome import outcome
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.system import System

POLICIES = sorted(high_level_policy_classes())


def _plain(found):
    """Return an outcome without what the machine took for it."""
    return {key: value for key, value in found.items() if 'decisions' not in key}


@pytest.mark.parametrize('policy', POLICIES)
def test_every_job_ends_once_and_the_same_seed_gives_the_same_run(policy):
    first, second = (fleet_outcome(run(duo(), policy=policy, seed=7)) for _ in range(2))
    assert _plain(first) == _plain(second)
    assert first['tasks']['detector']['released'] == 100
    assert first['miss_ratio'] < 0.05


@pytest.mark.parametrize('policy', POLICIES)
def test_a_log_of_the_coordinator_replays_to_the_same_decisions(policy):
    log = []
    changes = [{'at_s': 0.5, 'device': 'orin', 'set': {'state': 'unavailable'}}]
    simulator = run(duo(changes=changes), policy=policy, listener=lambda *line: log.append(line))
    again = HighLevelDispatcher(
        tasks=tuple(simulator.fleet.tasks.values()),
        policy=policy,
        make_policy=make_high_level_policy,
        links=simulator.links.known(),
    )
    for now_ns, event, decisions in log:
        event = from_dict(json.loads(json.dumps(to_dict(event))))
        assert again.handle(event, now_ns) == decisions
    assert len(log) > 200


def test_devices_did_what_the_coordinator_told_them():
    told = {'desk': 0, 'orin': 0}

    def listen(_now_ns, _event, decisions):
        for decision in decisions:
            if type(decision).__name__ == 'Push':
                told[decision.device] += 1

    simulator = run(duo(), listener=listen)
    assert {name: one.pushed for name, one in simulator.accounts.items()} == told
    assert sum(told.values()) >= 140


def test_a_picture_goes_to_a_device_once_for_all_tasks():
    both = {
        name: {'network': 'net', 'stream': 'camera', 'deadline_ms': 60} for name in ('one', 'two')
    }
    sent = []

    def listen(_now_ns, _event, decisions):
        sent.extend(one for one in decisions if isinstance(one, Send) and one.tensor == 'image')

    data = duo(tasks=both, streams={'camera': {'period_ms': 40}})
    data['devices']['desk']['units'] = {'vic0': {'kind': 'vic'}}  # runs nothing
    simulator = run(data, 1.0, listener=listen)
    assert len(sent) == 25
    assert simulator.links.all['desk', 'orin'].nbytes == 25 * 100_000
    assert simulator.accounts['orin'].exited == 50


def _one_device(**task):
    return {
        'devices': {'orin': {'units': {'gpu0': {'kind': 'gpu'}, 'cpu0': {}}, 'latency_cv': 0.2}},
        'streams': {'camera': {'period_ms': 10, 'jitter_ms': 2}},
        'tasks': {
            'fast': {'stream': 'camera', 'network': 'net', 'deadline_ms': 12, **task},
            'slow': {'period_ms': 23, 'network': 'net', 'deadline_ms': 30, **task},
        },
        'networks': {'net': NETWORK},
    }


@pytest.mark.parametrize('device_policy', ['edf', 'fcfs', 'heft+drop', 'least_slack'])
def test_one_device_alone_does_what_the_simulator_of_one_device_says(device_policy):
    data = _one_device(max_in_flight=3, queue_depth=2)
    plain = Simulator(
        System(parse_system(('one.yaml', data), name='one')), policy=device_policy, seed=4
    )
    plain.run(5.0)
    fleet = run(data, 5.0, policy='whole_network', device_policy=device_policy, seed=4)
    expected, found = outcome(plain)['tasks'], fleet_outcome(fleet)['tasks']
    for name in ('fast', 'slow'):
        assert found[name]['released'] == expected[name]['released']
        assert found[name]['on_time'] == pytest.approx(expected[name]['on_time'], rel=0.03)


def _silence_ms(simulator, task):
    """Return the longest time without an answer of a task."""
    answers = simulator.coordinator.answers_ns[task]
    return max(after - before for before, after in pairwise(answers)) / 1e6


def test_a_device_that_dies_takes_its_own_work_and_no_other():
    """Two devices with a camera each; one dies under load, and the other one goes on."""
    data = duo(
        devices={
            'hub': {'units': {'cpu0': {}}},
            'left': {'units': {'gpu0': {'kind': 'gpu'}}},
            'right': {'units': {'gpu0': {'kind': 'gpu'}}},
        },
        links=[
            {'from': 'hub', 'to': 'left', 'latency_ms': 0.3, 'bandwidth_mbps': 940},
            {'from': 'hub', 'to': 'right', 'latency_ms': 0.3, 'bandwidth_mbps': 940},
        ],
        tasks={
            'hers': {'network': 'net', 'period_ms': 10, 'deadline_ms': 40, 'device': 'left'},
            'his': {'network': 'net', 'period_ms': 10, 'deadline_ms': 40, 'device': 'right'},
            'own': {'network': 'net', 'period_ms': 20, 'deadline_ms': 50, 'device': 'hub'},
        },
        changes=[{'at_s': 1.0, 'device': 'right', 'set': {'state': 'unavailable'}}],
    )
    simulator = run(data, 3.0)
    tasks = simulator.dispatcher.ledger.tasks
    assert (tasks['hers'].on_time, tasks['hers'].released) == (300, 300)
    # its camera has died with it
    assert tasks['his'].released == pytest.approx(100, abs=1)
    assert _silence_ms(simulator, 'own') < 1000
    assert simulator.accounts['right'].deaths == 1
    assert simulator.dispatcher.losses['right'] == {'silent': 1}


def test_a_device_that_comes_back_is_used_again():
    changes = [
        {'at_s': 1.0, 'device': 'orin', 'set': {'state': 'unavailable'}},
        {'at_s': 2.0, 'device': 'orin', 'set': {}},
    ]
    changes[1]['set'] = {'state': 'available'}
    data = duo(changes=changes)
    # only the device that dies can do it
    data['devices']['desk']['units'] = {'vic0': {'kind': 'vic'}}
    simulator = run(data, 3.0)
    answers = simulator.coordinator.answers_ns['detector']
    assert any(at_ns > 2_100_000_000 for at_ns in answers)
    assert not any(1_100_000_000 < at_ns < 2_000_000_000 for at_ns in answers)
    account = simulator.dispatcher.ledger.tasks['detector']
    assert account.dropped_total + account.failed_total == pytest.approx(50, abs=6)


def test_a_device_that_is_cut_off_is_missed_and_joins_again():
    changes = [
        {'at_s': 1.0, 'link': ['desk', 'orin'], 'set': {'state': 'unavailable'}},
        {'at_s': 2.0, 'link': ['orin', 'desk'], 'set': {'state': 'available'}},
    ]
    data = duo(changes=changes)
    data['devices']['desk']['units'] = {'vic0': {'kind': 'vic'}}
    simulator = run(data, 3.0)
    assert simulator.dispatcher.losses['orin'] == {'silent': 1}
    answers = simulator.coordinator.answers_ns['detector']
    assert any(at_ns > 2_100_000_000 for at_ns in answers)
    assert simulator.accounts['orin'].deaths == 0


def test_a_device_that_restarts_at_once_loses_what_was_in_it():
    changes = [
        {'at_s': 1.0, 'device': 'orin', 'set': {'state': 'unavailable'}},
        {'at_s': 1.05, 'device': 'orin', 'set': {'state': 'available'}},
    ]
    simulator = run(duo(changes=changes), 3.0)
    assert simulator.dispatcher.losses['orin'] == {'restarted': 1}
    assert _silence_ms(simulator, 'detector') < 500


@pytest.mark.parametrize('policy', ['earliest_finish', 'look_ahead'])
def test_a_slow_link_raises_the_price_of_a_remote_device(policy):
    changes = [
        {
            'at_s': 1.0,
            'link': ['desk', 'orin'],
            'set': {'latency_ms': 50, 'bandwidth_mbps': 8},
        }
    ]
    tasks = {'depth': {'network': 'net', 'period_ms': 50, 'deadline_ms': 80}}
    before, after = (
        run(duo(tasks=tasks, changes=one), 4.0, policy=policy).accounts['desk'].exited
        for one in ([], changes)
    )
    assert before == 0
    assert after > 40


@pytest.mark.parametrize(('speed', 'lost'), [(1.0, 0), (0.25, 0)])
def test_a_device_that_slows_down_is_still_counted_on(speed, lost):
    changes = [{'at_s': 0.5, 'device': 'orin', 'set': {'speed': speed}}]
    simulator = run(duo(changes=changes), 2.0)
    assert simulator.accounts['orin'].deaths == lost
    busy = simulator.accounts['orin'].busy_ns
    assert sum(busy.values()) > 0


def test_a_unit_of_a_device_is_lost():
    changes = [{'at_s': 0.5, 'device': 'orin', 'unit': 'gpu0', 'set': {'state': 'unavailable'}}]
    simulator = run(duo(changes=changes), 2.0)
    done = fleet_outcome(simulator)['devices']['orin']['units']
    assert done['gpu0']['utilisation'] < 0.3


def test_a_lossy_link_loses_no_job_without_a_reason():
    data = duo(
        links=[
            {
                'from': 'desk',
                'to': 'orin',
                'latency_ms': 5,
                'bandwidth_mbps': 20,
                'loss': 0.2,
            }
        ]
    )
    simulator = run(data, 5.0)
    released = simulator.dispatcher.ledger.tasks['detector'].released
    assert released == 250


def test_equal_devices_may_be_counted():
    data = duo(links=[])
    data['devices'] = {'desk': {'units': ['cpu0']}, 'box': {'units': ['cpu0'], 'count': 3}}
    fleet = fleet_of(data)
    assert list(fleet.devices) == ['desk', 'box-0', 'box-1', 'box-2']
    assert sum(one.exited > 0 for one in run(data).accounts.values()) > 1
