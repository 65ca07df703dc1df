# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a file of tasks and units comes to: verdicts, headroom, what-if, and its mistakes."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import yaml
from capacity_systems import cluster_of

from edge_sched_ros.capacity.analysis import analyse
from edge_sched_ros.capacity.cluster import load_cluster
from edge_sched_ros.capacity.fcfs import mg1_fcfs
from edge_sched_ros.capacity.headroom import headroom
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Service
from edge_sched_ros.capacity.what_if import curve
from edge_sched_ros.capacity.what_if import knee_per_s
from edge_sched_ros.capacity.what_if import what_if
from edge_sched_ros.core.errors import ConfigError

FILE: dict[str, Any] = {
    'devices': {
        'node': {
            'units': {'gpu0': {'kind': 'gpu'}, 'tpu0': {'kind': 'tpu'}, 'cpu0': {'kind': 'cpu'}},
            'memory_mib': 1000,
            'network_ms': 10,
        }
    },
    'costs': {
        'big': {'gpu': 20, 'tpu': {'latency_ms': 30, 'swap_ms': 10, 'memory_mib': 100}},
        'small': {'gpu': 5, 'tpu': {'latency_ms': 6, 'swap_ms': 4, 'memory_mib': 50}},
        'decode': {'cpu': 4},
    },
    'tasks': {
        'one': {'rate_per_s': 10, 'network': 'big', 'unit': 'tpu0', 'deadline_ms': 200},
        'two': {'rate_per_s': 20, 'network': 'small', 'unit': 'tpu0', 'deadline_ms': 200},
        'three': {
            'rate_per_s': 10,
            'stages': [{'network': 'decode', 'unit': 'cpu0'}, {'network': 'big', 'unit': 'gpu0'}],
        },
    },
}


def changed(**values: Any) -> dict[str, Any]:
    """Return the file with other values, keys with dots for what is inside."""
    data = copy.deepcopy(FILE)
    for key, value in values.items():
        place = data
        *inner, last = key.split('__')
        for part in inner:
            place = place[part]
        place[last] = value
    return data


def test_a_swapping_unit_is_the_model_of_its_classes():
    found = analyse(cluster_of(FILE))
    loads = [Load(10, Service(30), 10), Load(20, Service(6), 4)]
    for name, response in zip(('one', 'two'), mg1_fcfs(loads)):
        assert found[name].response.mean_ms == pytest.approx(response.mean_ms + 10)
        assert found[name].feasible and not found[name].reason
    assert found['three'].response.mean_ms == pytest.approx(4 / 0.96 + 20 / 0.8 + 10)
    assert found['three'].utilisation == pytest.approx(0.2)


def test_tasks_of_one_network_are_one_class():
    same = changed(tasks__two__network='big')
    assert analyse(cluster_of(same))['one'].utilisation == pytest.approx(30 * 0.03)


@pytest.mark.parametrize(
    ('change', 'task', 'reason'),
    [
        ({'tasks__one__rate_per_s': 100}, 'two', 'node/tpu0 would be busy 3.'),
        ({'tasks__one__deadline_ms': 39}, 'one', 'deadline 39 ms is below the bare service time'),
        ({'tasks__one__deadline_ms': 90}, 'one', 'p99 '),
        ({'devices__node__memory_mib': 149}, 'two', 'node needs 150 MiB and has 149'),
        ({'utilisation_limit': 0.5}, 'one', 'node/tpu0 is busy 0.513 of the time, above 0.5'),
    ],
)
def test_a_task_that_does_not_fit_says_why(change, task, reason):
    verdict = analyse(cluster_of(changed(**change)))[task]
    assert not verdict.feasible
    assert reason in verdict.reason
    assert verdict.to_dict()['feasible'] is False


def test_an_objective_on_the_mean_is_easier_than_on_the_tail():
    strict, mild = (
        changed(tasks__one__deadline_ms=90, tasks__one__objective=objective)
        for objective in ('p99', 'mean')
    )
    assert not analyse(cluster_of(strict))['one'].feasible
    assert analyse(cluster_of(mild))['one'].feasible


@pytest.mark.parametrize('unit', ['node/tpu0', 'node/gpu0'])
def test_headroom_ends_where_the_first_task_misses(unit):
    cluster = cluster_of(FILE)
    found = headroom(cluster)[unit]
    names = {'node/tpu0': ('one', 'two'), 'node/gpu0': ('three',)}[unit]

    def fits(factor: float) -> bool:
        rates = {name: cluster.rates[name] * factor for name in names}
        return all(v.feasible for v in analyse(cluster.with_rates(rates)).values())

    assert found.rate_factor > 1
    assert fits(found.rate_factor * 0.999) and not fits(found.rate_factor * 1.002)
    assert found.limited_by.partition(':')[0] in names


def test_an_overloaded_unit_does_not_limit_another_one():
    """The task on the GPU misses whatever the TPU serves, so it says nothing about the TPU."""
    alone = headroom(cluster_of(FILE))['node/tpu0']
    over = changed(tasks__three__rate_per_s=60)
    assert headroom(cluster_of(over))['node/tpu0'] == alone
    assert headroom(cluster_of(over))['node/gpu0'].rate_factor < 1


def test_a_response_that_is_always_at_the_deadline_is_in_time():
    data = {
        'devices': {'node': {'units': {'dla0': {}}}},
        'costs': {'net': {'dla': 10}},
        'tasks': {'one': {'network': 'net', 'period_ms': 20, 'deadline_ms': 10}},
    }
    assert analyse(cluster_of(data))['one'].feasible
    data['tasks']['one']['deadline_ms'] = 9.99
    assert not analyse(cluster_of(data))['one'].feasible


def test_a_time_just_above_the_deadline_is_told_from_it():
    data = {
        'devices': {'node': {'units': {'gpu0': {'discipline': 'fcfs'}}}},
        'costs': {'net': {'gpu': 10}},
        'tasks': {'one': {'network': 'net', 'rate_per_s': 50}},
    }
    p99_ms = analyse(cluster_of(data))['one'].response.p99_ms
    data['tasks']['one']['deadline_ms'] = round(p99_ms - 0.0005, 4)
    said = analyse(cluster_of(data))['one'].reason
    time_ms, deadline_ms = (word for word in said.split() if word[0].isdigit())
    assert float(time_ms) > float(deadline_ms)


def test_a_unit_without_tasks_has_no_factor():
    found = headroom(cluster_of(changed(tasks={})))
    assert all(unit.rate_factor is None and unit.utilisation == 0 for unit in found.values())


def test_what_if_finds_the_highest_rate_and_the_knee():
    """One exponential-like queue: rate over response is largest at half the load for M/M/1."""
    data = changed(tasks={'one': FILE['tasks']['three']})
    cluster = cluster_of(data)
    found = what_if(cluster, 'one')
    assert found.highest_per_s == pytest.approx(50, rel=0.001)
    powers = {
        point.rate_per_s: point.rate_per_s / point.verdict.response.mean_ms
        for point in curve(cluster, 'one')
    }
    best = max(powers, key=powers.get)
    assert knee_per_s(cluster, 'one') == pytest.approx(best, abs=50 / 40)
    assert found.knee_per_s == knee_per_s(cluster, 'one')
    assert [point.rate_per_s for point in found.points][3] == 10


def test_a_task_that_harms_another_says_which():
    found = what_if(cluster_of(changed(tasks__three__deadline_ms=1e6)), 'two')
    assert found.points[-1].harmed.startswith('one: ')


@pytest.mark.parametrize(
    ('change', 'where', 'problem'),
    [
        ({'tasks__one__rate_per_s': 0}, 'tasks.one.rate_per_s', 'greater than 0, not 0'),
        ({'tasks__one__rate_per_s': -1}, 'tasks.one.rate_per_s', 'greater than 0, not -1'),
        ({'tasks__one__rate_per_s': 'x'}, 'tasks.one.rate_per_s', "must be a number, not 'x'"),
        ({'tasks__one__network': 'none'}, 'tasks.one.network', "there is no network 'none'"),
        ({'tasks__one__unit': 'gpu9'}, 'tasks.one.unit', "there is none called 'gpu9'"),
        ({'tasks__one__unit': ''}, 'tasks.one.unit', "must be a name, not ''"),
        ({'tasks__one': {'rate_per_s': 10, 'network': 'big'}}, 'tasks.one.unit',
         'is missing, and there is more than one'),
        ({'tasks__one__unit': 'gpu0', 'costs__big__gpu': {'latency_ms': 1, 'swap_ms': 1}},
         'tasks.one.network', 'swap_ms needs a unit with discipline fcfs; gpu0 has ps'),
        ({'tasks__three__network': 'big'}, 'tasks.three', 'either network or stages'),
        ({'tasks__one__speed': 1}, 'tasks.one.speed', 'there is no such key'),
        ({'tasks__one__device': 'moon'}, 'tasks.one.device', "there is none called 'moon'"),
        ({'costs__decode': {'gpu': 1}}, 'tasks.three.stages.0.network', 'no cost for cpu0'),
        ({'costs__big__tpu': {'latency_ms': 0}}, 'tasks.one.network',
         "'big' takes no time on tpu0: latency_ms must be greater than 0"),
        ({'costs__big__tpu': {'latency_ms': -1}}, 'costs.big.tpu.latency_ms', 'to 0, not -1'),
        ({'costs__big__tpu': {'service_ms': 1}}, 'costs.big.tpu.service_ms',
         'is called latency_ms now'),
        ({'costs__big__tpu': {'latency_ms': 1, 'further_ms': 1}}, 'costs.big.tpu.further_ms',
         'is called per_item_ms now'),
        ({'networks': {'big': {'gpu': 20}}}, 'networks.big',
         'costs of a network by unit go under costs.big, or networks.big.cost'),
        ({'apps': {}}, 'apps', 'is called tasks now'),
        ({'costs__big__tpu': {}}, 'costs.big.tpu.latency_ms', 'is missing'),
        ({'devices__node__units__tpu0': {'batch': 2, 'kind': 'gpu'}},
         'devices.node.units', 'tpu0: batch above 1 needs discipline fcfs, not ps'),
        ({'devices__node__units__tpu0': {'batch': 2, 'kind': 'tpu'}, 'costs__big__tpu': 3,
          'costs__small__tpu': 3}, 'tasks.two', 'batches big, so it cannot serve small, too'),
        ({'devices': {}}, 'units', 'is missing: there is no device'),
        ({'utilisation_limit': 1.5}, 'utilisation_limit', 'less than or equal to 1'),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_its_key(change, where, problem):
    with pytest.raises(ConfigError) as error:
        cluster_of(changed(**change), 'apps.yaml')
    assert str(error.value).startswith(f'apps.yaml: {where}')
    assert problem in str(error.value) and '\n' not in str(error.value)


def test_two_files_join_and_do_not_contradict(tmp_path):
    apps, cluster = tmp_path / 'a.yaml', tmp_path / 'c.yaml'
    apps.write_text(json.dumps({'tasks': FILE['tasks'], 'costs': FILE['costs']}))
    cluster.write_text(yaml.safe_dump({'devices': FILE['devices']}))
    assert load_cluster(apps, cluster).entries() == cluster_of(FILE).entries()
    devices = copy.deepcopy(FILE['devices'])
    devices['node']['units']['gpu0']['kind'] = 'dla'
    (tmp_path / 'd.yaml').write_text(yaml.safe_dump({'devices': devices}))
    words = (
        r"d\.yaml: devices\.node\.units\.gpu0\.kind: is 'dla', but 'gpu' in .*c\.yaml: devices\.n"
    )
    with pytest.raises(ConfigError, match=words):
        load_cluster(apps, cluster, tmp_path / 'd.yaml')


def test_a_later_file_overrides(tmp_path):
    (tmp_path / 'a.yaml').write_text(yaml.safe_dump(FILE))
    (tmp_path / 'b.yaml').write_text('tasks: {two: {rate_per_s: 5}}')
    cluster = load_cluster(tmp_path / 'a.yaml', tmp_path / 'b.yaml')
    assert cluster.rates == {'one': 10, 'two': 5, 'three': 10}


def test_batches_serve_more_than_one_at_a_time():
    unit = {'kind': 'tpu', 'batch': 8}
    data = changed(
        devices__node__units__tpu0=unit,
        costs__big__tpu={'latency_ms': 30, 'per_item_ms': 2},
        tasks={'one': {'rate_per_s': 60, 'network': 'big', 'unit': 'tpu0'}},
    )
    verdict = analyse(cluster_of(data))['one']
    assert verdict.utilisation == pytest.approx(0.06 * 44 / 8)
    assert 40 < verdict.response.mean_ms < 200


def test_a_network_takes_its_memory_once_per_unit():
    same = changed(tasks__two__network='big', tasks__two__rate_per_s=1)
    same['devices']['node']['memory_mib'] = 100
    assert analyse(cluster_of(same))['one'].feasible
    same['devices']['node']['memory_mib'] = 99
    assert not analyse(cluster_of(same))['one'].feasible


def test_a_faster_unit_is_a_shorter_service():
    data = changed(devices__node__units__gpu0={'speed': 2.0})
    assert analyse(cluster_of(data))['three'].utilisation == pytest.approx(0.1)


def test_a_cascade_answers_after_the_task_before_it():
    """At half the rate, and its deadline counts from the frame."""
    before = FILE['tasks']['three']
    then = {'after': 'three', 'probability': 0.5, 'network': 'small', 'unit': 'gpu0'}
    cluster = cluster_of(changed(tasks={'three': before, 'then': then}))
    assert cluster.rates == {'three': 10, 'then': 5}
    first, last = analyse(cluster).values()
    shared = 1 - 0.2 - 0.025
    assert first.response.mean_ms == pytest.approx(4 / 0.96 + 20 / shared + 10)
    assert last.response.mean_ms == pytest.approx(first.response.mean_ms + 5 / shared)
    late = changed(tasks={'three': before, 'then': {**then, 'deadline_ms': 38}})
    assert 'below the bare service time 39 ms' in analyse(cluster_of(late))['then'].reason
    # twice the frames are twice the answers
    assert cluster.with_rates({'three': 20}).rates['then'] == 10


def test_a_task_that_is_not_enabled_is_not_asked():
    found = analyse(cluster_of(changed(tasks__two__enabled=False)))
    assert list(found) == ['one', 'three']
    assert found['one'].utilisation == pytest.approx(0.3)


def test_the_unit_may_be_left_out_where_one_alone_has_a_cost():
    three = {'rate_per_s': 10, 'network': 'big', 'unit': 'gpu0', 'preprocess': 'decode'}
    found = analyse(cluster_of(changed(tasks__three=three)))
    assert found['three'].response.mean_ms == pytest.approx(4 / 0.96 + 20 / 0.8 + 10)


def test_a_network_of_stages_is_their_sum():
    stages = [{'name': 'pre', 'cost': {'gpu': 5}}, {'name': 'infer', 'cost': {'gpu': 15}}]
    data = changed(networks={'whole': {'stages': stages}})
    data['tasks']['three']['stages'][1]['network'] = 'whole'
    found = analyse(cluster_of(data))
    assert found['three'].response.mean_ms == pytest.approx(4 / 0.96 + 20 / 0.8 + 10)


def test_exponential_times_are_those_of_the_textbook():
    """M/M/1 in order: mean 1 / (mu - rate), and all its quantiles."""
    data = {
        'units': {'dla0': {}},
        'distribution': 'exponential',
        'costs': {'n': {'dla': 10}},
        'tasks': {'t': {'network': 'n', 'rate_per_s': 50}},
    }
    response = analyse(cluster_of(data))['t'].response
    assert response.mean_ms == pytest.approx(20)
    assert response.p95_ms == pytest.approx(20 * 2.9957, rel=0.02)
