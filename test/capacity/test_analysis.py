# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a file of tasks and units comes to: verdicts, headroom, what-if, and its mistakes."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge_sched_ros.capacity import schema
from edge_sched_ros.capacity.analysis import analyse
from edge_sched_ros.capacity.cluster_file import load_cluster
from edge_sched_ros.capacity.cluster_file import parse
from edge_sched_ros.capacity.fcfs import mg1_fcfs
from edge_sched_ros.capacity.headroom import headroom
from edge_sched_ros.capacity.headroom import with_rates
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
    'networks': {
        'big': {'gpu': 20, 'tpu': {'service_ms': 30, 'swap_ms': 10, 'memory_mib': 100}},
        'small': {'gpu': 5, 'tpu': {'service_ms': 6, 'swap_ms': 4, 'memory_mib': 50}},
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
    found = analyse(parse(FILE, 'f'))
    loads = [Load(10, Service(30), 10), Load(20, Service(6), 4)]
    for name, response in zip(('one', 'two'), mg1_fcfs(loads)):
        assert found[name].response.mean_ms == pytest.approx(response.mean_ms + 10)
        assert found[name].feasible and not found[name].reason
    assert found['three'].response.mean_ms == pytest.approx(4 / 0.96 + 20 / 0.8 + 10)
    assert found['three'].utilisation == pytest.approx(0.2)


def test_tasks_of_one_network_are_one_class():
    same = changed(tasks__two__network='big')
    assert analyse(parse(same, 'f'))['one'].utilisation == pytest.approx(30 * 0.03)


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
    verdict = analyse(parse(changed(**change), 'f'))[task]
    assert not verdict.feasible
    assert reason in verdict.reason
    assert verdict.to_dict()['feasible'] is False


def test_an_objective_on_the_mean_is_easier_than_on_the_tail():
    strict, mild = (
        changed(tasks__one__deadline_ms=90, tasks__one__objective=objective)
        for objective in ('p99', 'mean')
    )
    assert not analyse(parse(strict, 'f'))['one'].feasible
    assert analyse(parse(mild, 'f'))['one'].feasible


@pytest.mark.parametrize('unit', ['node/tpu0', 'node/gpu0'])
def test_headroom_ends_where_the_first_task_misses(unit):
    cluster = parse(FILE, 'f')
    found = headroom(cluster)[unit]
    names = {'node/tpu0': ('one', 'two'), 'node/gpu0': ('three',)}[unit]

    def fits(factor: float) -> bool:
        rates = {name: cluster.tasks[name].rate_per_s * factor for name in names}
        return all(v.feasible for v in analyse(with_rates(cluster, rates)).values())

    assert found.rate_factor > 1
    assert fits(found.rate_factor * 0.999) and not fits(found.rate_factor * 1.002)
    assert found.limited_by.partition(':')[0] in names


def test_a_unit_without_tasks_has_no_factor():
    found = headroom(parse(changed(tasks={}), 'f'))
    assert all(unit.rate_factor is None and unit.utilisation == 0 for unit in found.values())


def test_what_if_finds_the_highest_rate_and_the_knee():
    """One exponential-like queue: rate over response is largest at half the load for M/M/1."""
    data = changed(tasks={'one': FILE['tasks']['three']})
    cluster = parse(data, 'f')
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
    found = what_if(parse(changed(tasks__three__deadline_ms=1e6), 'f'), 'two')
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
        ({'tasks__one__unit': 'gpu0', 'networks__big__gpu': {'service_ms': 1, 'swap_ms': 1}},
         'tasks.one.network', 'swap_ms needs a unit with discipline fcfs, not ps'),
        ({'tasks__three__network': 'big'}, 'tasks.three', 'either network or stages'),
        ({'tasks__one__speed': 1}, 'tasks.one.speed', 'there is no such key'),
        ({'tasks__one__device': 'moon'}, 'tasks.one.device', "there is none called 'moon'"),
        ({'networks__decode': {'gpu': 1}}, 'tasks.three.stages.0.network', 'no cost for cpu0'),
        ({'networks__big__tpu': {'service_ms': 0}}, 'networks.big.tpu.service_ms', 'than 0'),
        ({'networks__big__tpu': {}}, 'networks.big.tpu.service_ms', 'is missing'),
        ({'devices__node__units__tpu0': {'batch': 2, 'kind': 'gpu'}},
         'devices.node.units.tpu0', 'batch above 1 needs discipline fcfs, not ps'),
        ({'devices__node__units__tpu0': {'batch': 2, 'kind': 'tpu'}, 'networks__big__tpu': 3,
          'networks__small__tpu': 3}, 'tasks.two', 'batches big; it cannot serve small too'),
        ({'devices': {}}, 'devices', 'must not be empty'),
        ({'utilisation_limit': 1.5}, 'utilisation_limit', 'less than or equal to 1'),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_its_key(change, where, problem):
    with pytest.raises(ConfigError) as error:
        parse(changed(**change), 'apps.yaml')
    assert str(error.value).startswith(f'apps.yaml: {where}: ')
    assert problem in str(error.value) and '\n' not in str(error.value)


def test_two_files_join_and_do_not_contradict(tmp_path):
    apps, cluster = tmp_path / 'a.yaml', tmp_path / 'c.yaml'
    apps.write_text(yaml.safe_dump({'tasks': FILE['tasks'], 'networks': FILE['networks']}))
    cluster.write_text(yaml.safe_dump({'devices': FILE['devices']}))
    assert load_cluster(apps, cluster) == parse(FILE, 'f')
    cluster.write_text(
        yaml.safe_dump({'devices': FILE['devices'], 'networks': {'big': {'gpu': 1}}})
    )
    with pytest.raises(ConfigError, match=r'c\.yaml: networks\.big: is given in .*a\.yaml'):
        load_cluster(apps, cluster)


def test_batches_serve_more_than_one_at_a_time():
    unit = {'kind': 'tpu', 'batch': 8}
    data = changed(
        devices__node__units__tpu0=unit,
        networks__big__tpu={'service_ms': 30, 'further_ms': 2},
        tasks={'one': {'rate_per_s': 60, 'network': 'big', 'unit': 'tpu0'}},
    )
    verdict = analyse(parse(data, 'f'))['one']
    assert verdict.utilisation == pytest.approx(0.06 * 44 / 8)
    assert 40 < verdict.response.mean_ms < 200


def test_a_network_takes_its_memory_once_per_unit():
    same = changed(tasks__two__network='big', tasks__two__rate_per_s=1)
    same['devices']['node']['memory_mib'] = 100
    assert analyse(parse(same, 'f'))['one'].feasible
    same['devices']['node']['memory_mib'] = 99
    assert not analyse(parse(same, 'f'))['one'].feasible


def test_a_faster_unit_is_a_shorter_service():
    data = changed(devices__node__units__gpu0={'speed': 2.0})
    assert analyse(parse(data, 'f'))['three'].utilisation == pytest.approx(0.1)


def test_the_documentation_has_every_key():

    text = (Path(__file__).resolve().parents[2] / 'docs' / 'capacity.md').read_text('utf-8')
    for model in (
        schema.Cluster,
        schema.Device,
        schema.UnitSpec,
        schema.ServiceCost,
        schema.TaskSpec,
        schema.StageSpec,
    ):
        section = text.partition(f'### {model.__name__}\n')[2].partition('\n### ')[0]
        rows = {line.split('`')[1] for line in section.splitlines() if line.startswith('| `')}
        assert rows == set(model.model_fields), model.__name__
