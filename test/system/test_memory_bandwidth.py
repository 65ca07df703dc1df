# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of memory bandwidth as a resource, and of costs from operations and traffic."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from edge_sched_ros.capacity.analysis import analyse
from edge_sched_ros.capacity.cluster import make_cluster
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.contention import ContentionSpec
from edge_sched_ros.system.contention import SharedBandwidth
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.system import System

GPU = {'kind': 'gpu', 'peak_gflops': 4000, 'memory_gbps': 100}
#: 10 ms of computing, 10 ms of traffic at full bandwidth
STAGE = {'name': 's', 'gflops': 40, 'traffic_mb': 1000}


def system_of(stages, units, **keys):
    """Return a system with a task for each stage, all with the same frames."""
    return System(
        parse_system(
            (
                'a',
                {
                    'units': units,
                    'networks': {name: {'stages': [stage]} for name, stage in stages.items()},
                    'streams': {'frames': {'period_ms': 100, 'phase_ms': 0}},
                    'tasks': {name: {'network': name, 'stream': 'frames'} for name in stages},
                    **keys,
                },
            )
        )
    )


def cost_of(stage, unit):
    """Return time in ms and demand in GB/s of a stage on one unit."""
    (cost,) = system_of({'n': stage}, {'gpu0': unit}).costs.values()
    return cost.latency_ns / 1e6, cost.demand_gbps


# --- the law ------------------------------------------------------------------------------


def shares(demands, bandwidth):
    """Return max-min fair shares by filling all at the same pace."""
    given, left, open_ = dict.fromkeys(demands, 0.0), bandwidth, set(demands)
    while open_ and left > 1e-12:
        step = min(left / len(open_), min(demands[one] - given[one] for one in open_))
        for one in open_:
            given[one] += step
        left -= step * len(open_)
        open_ = {one for one in open_ if demands[one] - given[one] > 1e-9}
    return given


@given(st.lists(st.floats(0.5, 100), min_size=1, max_size=5))
def test_the_bandwidth_is_divided_max_min_fairly(values):
    demands = {f'u{index}': value for index, value in enumerate(values)}
    law, fair = SharedBandwidth(100.0), shares(demands, 100.0)
    for unit, demand in demands.items():
        slowdown = law.slowdown(unit, demand, demands)
        assert demand / slowdown == pytest.approx(fair[unit], rel=1e-6)


@pytest.mark.parametrize(
    ('demands', 'slowdowns'),
    [
        ((100, 0), (1, 1)),
        ((60, 40), (1, 1)),
        ((100, 100), (2, 2)),
        ((100, 20), (1.25, 1)),
        ((90, 60, 10), (2, 60 / 45, 1)),
    ],
)
def test_who_asks_for_more_waits_longer(demands, slowdowns):
    units = {f'u{index}': float(value) for index, value in enumerate(demands)}
    law = SharedBandwidth(100.0)
    found = [law.slowdown(unit, demand, units) for unit, demand in units.items()]
    assert found == pytest.approx(list(slowdowns))


# --- costs from operations and traffic ----------------------------------------------------


@pytest.mark.parametrize(
    ('gflops', 'traffic_mb', 'time_ms'),
    [(40, 1000, 10), (40, 2000, 20), (80, 1000, 20), (40, 0, 10)],
)
def test_the_longer_one_of_computing_and_traffic_counts(gflops, traffic_mb, time_ms):
    stage = {'name': 's', 'gflops': gflops, 'traffic_mb': traffic_mb}
    assert cost_of(stage, GPU) == pytest.approx((time_ms, traffic_mb / time_ms))


def test_a_faster_clock_does_not_speed_up_memory():
    assert cost_of(STAGE, {**GPU, 'speed': 2})[0] == pytest.approx(10)
    assert cost_of(STAGE, {**GPU, 'speed': 0.5})[0] == pytest.approx(20)


def test_a_measured_time_counts_before_the_roofline():
    assert cost_of({**STAGE, 'cost': {'gpu': 25}}, GPU) == pytest.approx((25, 40))
    own = {'gpu': {'latency_ms': 25, 'demand_gbps': 7}}
    assert cost_of({**STAGE, 'cost': own}, GPU) == pytest.approx((25, 7))


def test_a_scale_is_for_operations_and_traffic():
    assert cost_of({**STAGE, 'scale': 0.5}, GPU) == pytest.approx((5, 100))


@pytest.mark.parametrize('missing', ['peak_gflops', 'memory_gbps'])
def test_a_unit_without_the_keys_cannot_run_a_stage_without_a_cost(missing):
    unit = {key: value for key, value in GPU.items() if key != missing}
    with pytest.raises(ConfigError, match='no unit of  can run this stage'):
        cost_of(STAGE, unit)


SLOW = {'model': 'bandwidth', 'bandwidth_gbps': 100}


def test_a_stage_is_no_faster_than_the_shared_memory():
    unit = {'peak_gflops': 40000, 'memory_gbps': 400}
    stage = {'name': 's', 'gflops': 8, 'traffic_mb': 2000}
    system = system_of({'n': stage}, {'gpu0': unit}, contention=SLOW)
    (cost,) = system.costs.values()
    assert (cost.latency_ns, cost.demand_gbps) == (20_000_000, 100)
    (entry,) = make_cluster(system.workload).entries()
    assert entry.load.service.mean_ms == pytest.approx(20)


@pytest.mark.parametrize(
    'given',
    [
        {'traffic_mb': 2000, 'cost': {'gpu0': 10}},
        {'cost': {'gpu0': {'latency_ms': 10, 'demand_gbps': 200}}},
    ],
)
@pytest.mark.parametrize('read', [System, lambda file: make_cluster(file).entries()])
def test_a_given_cost_above_the_shared_memory_is_refused(given, read):
    unlimited = system_of({'n': {'name': 's', **given}}, {'gpu0': {}}).workload
    read(unlimited)
    law = TypeAdapter(ContentionSpec).validate_python(SLOW)
    with pytest.raises(ConfigError) as found:
        read(unlimited.model_copy(update={'contention': law}))
    assert found.value.where == 'a: networks.n.stages.0.cost'
    assert found.value.problem.startswith(
        'draws 200 GB/s on gpu0, above the bandwidth_gbps of 100'
    )


def test_a_network_of_costs_alone_is_refused_as_well():
    costs = {'n': {'gpu0': {'latency_ms': 10, 'demand_gbps': 200}}}
    data = {
        'units': {'gpu0': {}},
        'costs': costs,
        'contention': SLOW,
        'tasks': {'n': {'network': 'n', 'period_ms': 100}},
    }
    for read in (System, lambda file: make_cluster(file).entries()):
        with pytest.raises(ConfigError, match=r'a: costs\.n: draws 200 GB/s on gpu0'):
            read(parse_system(('a', data)))


def test_capacity_takes_the_same_time():
    system = system_of({'n': STAGE}, {'gpu0': GPU}).workload
    (entry,) = make_cluster(system).entries()
    assert entry.load.service.mean_ms == pytest.approx(10)


@pytest.mark.parametrize(('traffic_mb', 'fits'), [(400, True), (600, False)])
def test_capacity_refuses_tasks_that_draw_more_than_the_memory_gives(traffic_mb, fits):
    # each unit alone is busy 62 of 100 ms; the memory gives 1000 MB in 100 ms
    stages = {
        name: {'name': 's', 'traffic_mb': traffic_mb, 'cost': {unit: 62}}
        for name, unit in (('a', 'u0'), ('b', 'u1'))
    }
    contention = {'model': 'bandwidth', 'bandwidth_gbps': 10}
    units = {'u0': {}, 'u1': {}}
    cluster = make_cluster(system_of(stages, units, contention=contention).workload)
    reasons = {verdict.reason for verdict in analyse(cluster).values()}
    assert reasons == {'' if fits else 'the memory of device would be busy 1.2 of the time'}


# --- in the simulator ---------------------------------------------------------------------


def ends_ms(demands):
    """Return when each task of 10 ms on a unit of its own answers."""
    stages = {
        f'n{index}': {
            'name': 's',
            'cost': {f'u{index}': {'latency_ms': 10, 'demand_gbps': demand}},
        }
        for index, demand in enumerate(demands)
    }
    units = {f'u{index}': {} for index in range(len(demands))}
    contention = {'model': 'bandwidth', 'bandwidth_gbps': 100}
    ended = {}

    def listen(now_ns, event, decisions):
        for one in decisions:
            if isinstance(one, Complete):
                ended[one.task] = now_ns / 1e6

    system = system_of(stages, units, contention=contention)
    Simulator(system, listener=listen).run(0.05)
    return [ended[name] for name in stages]


def test_units_that_share_the_memory_slow_each_other_down():
    assert ends_ms([40, 60]) == pytest.approx([10, 10])
    assert ends_ms([100, 100]) == pytest.approx([20, 20])
    # at 80 of 100 for 10 ms, then alone: 8 of 10 are done after 10 ms
    assert ends_ms([100, 20]) == pytest.approx([12, 10])


def test_the_order_of_units_does_not_matter():
    for demands in itertools.permutations([100, 50, 20]):
        found = dict(zip(demands, ends_ms(demands)))
        assert found == pytest.approx(dict(zip([100, 50, 20], ends_ms([100, 50, 20]))))
