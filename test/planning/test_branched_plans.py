# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of plans for networks with branches, and of how a file describes them."""

from __future__ import annotations

import pytest
from planning_problems import problem_from

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.planning.objective import MAX_THROUGHPUT
from edge_sched_ros.planning.objective import MIN_MAKESPAN
from edge_sched_ros.planning.objective import Objective
from edge_sched_ros.planning.planner import make_plan
from edge_sched_ros.simulation.fleet.simulator import FleetSimulator
from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.system.graph import network_graph
from edge_sched_ros.system.parsing import parse_system

UNITS = {'gpu0': {'kind': 'gpu'}, 'dla0': {'kind': 'dla'}}
STAGES = [
    {'name': 'stem', 'cost': {'gpu': 2, 'dla': 3}},
    {'name': 'narrow', 'cost': {'gpu': 3, 'dla': 4}},
    {'name': 'wide', 'after': ['stem'], 'cost': {'gpu': 4, 'dla': 5}},
    {'name': 'concat', 'after': ['narrow', 'wide'], 'cost': {'gpu': 1, 'dla': 2}},
]


def file_of(stages, **keys):
    return {
        'units': UNITS,
        'networks': {'n': {'max_switches': 2, **keys, 'stages': stages}},
        'tasks': {'t': {'network': 'n', 'period_ms': 50}},
    }


def plan_of(data, objective=MIN_MAKESPAN):
    plan = make_plan(problem_from(data), Objective(objective), time_limit_s=60)
    assert plan.optimal
    return plan


def changed(index, **keys):
    """Return the stages with other keys of one."""
    return [{**one, **(keys if at == index else {})} for at, one in enumerate(STAGES)]


def test_branches_run_at_once_on_two_units():
    plan = plan_of(file_of(STAGES))
    assert plan.best.value == pytest.approx(7)
    assert plan.mapping['n'] == ['gpu0', 'dla0', 'gpu0', 'gpu0']
    assert plan.to_dict()['branches'] == ['n']


def test_a_chain_of_the_same_stages_takes_longer():
    chain = [{key: value for key, value in one.items() if key != 'after'} for one in STAGES]
    plan = plan_of(file_of(chain))
    assert plan.best.value == pytest.approx(10)
    assert plan.to_dict()['branches'] == []


def test_changes_of_unit_are_counted_on_the_way_with_most():
    assert plan_of(file_of(STAGES, max_switches=1)).best.value == pytest.approx(8)
    assert plan_of(file_of(STAGES, max_switches=0)).best.value == pytest.approx(10)


def test_every_arrow_between_units_costs_its_hand_over():
    data = file_of(STAGES)
    data['transitions'] = [
        {'from': 'gpu', 'to': 'dla', 'ms': 0.3},
        {'from': 'dla', 'to': 'gpu', 'ms': 0.2},
    ]
    # 2 + (0.3 + 4) on the DLA beside 4 on the GPU, then 0.2 + 1
    assert plan_of(data).best.value == pytest.approx(7.5)


def test_tensors_describe_the_same_branches():
    specs = {'dtype': 'float32', 'shape': [1]}
    wires = [('in', 'x'), ('x', 'a'), ('x', 'b'), ('a b', 'y')]
    stages = [
        {'name': one['name'], 'cost': one['cost'], 'inputs': i.split(), 'outputs': o.split()}
        for one, (i, o) in zip(STAGES, wires)
    ]
    keys = {
        'inputs': ['in'],
        'outputs': ['y'],
        'tensors': dict.fromkeys('in x a b y'.split(), specs),
    }
    assert plan_of(file_of(stages, **keys)).best.value == pytest.approx(7)


def test_the_networks_of_one_task_follow_each_other():
    data = file_of(STAGES)
    data['networks']['m'] = {'cost': {'dla': 5}}
    data['tasks'] = {'t': {'stages': [{'network': 'n'}, {'network': 'm'}], 'period_ms': 50}}
    (network,) = problem_from(data).networks
    assert network.before == ((), (0,), (0,), (1, 2), (3,))


def test_throughput_counts_the_work_of_each_unit():
    plan = plan_of(file_of(STAGES), MAX_THROUGHPUT)
    # stem, wide and concat on the GPU take 7 ms, stem, narrow and concat 6 beside 5 on the DLA
    assert plan.best.value == pytest.approx(1000 / 6)


def test_a_coordinator_takes_as_long_as_the_plan_says():
    data = file_of(STAGES)
    data['streams'] = {'camera': {'period_ms': 50, 'phase_ms': 0}}
    data['tasks'] = {'t': {'network': 'n', 'stream': 'camera'}}
    system = FleetSystem(parse_system(('a', data)))
    simulator = FleetSimulator(system, policy='earliest_finish')
    simulator.run(0.2)
    (times_ns,) = simulator.coordinator.answers_ns.values()
    # each order takes a moment to reach the device
    waits_ms = [ns / 1e6 - 50 * frame for frame, ns in enumerate(times_ns)]
    assert waits_ms == pytest.approx([7.1] * 4, abs=0.1)


def test_the_graph_has_a_tensor_for_each_stage():
    graph = network_graph(parse_system(('a', file_of(STAGES))), 'n')
    assert [one.inputs for one in graph.segments] == [
        ('input',),
        ('stem.output',),
        ('stem.output',),
        ('narrow.output', 'wide.output'),
    ]
    assert graph.outputs == ('output',)


def test_several_last_stages_all_give_the_answer():
    graph = network_graph(parse_system(('a', file_of(STAGES[:3]))), 'n')
    assert graph.outputs == ('narrow.output', 'wide.output')


@pytest.mark.parametrize(
    ('index', 'keys', 'problem'),
    [
        (2, {'after': ['steem']}, "2.after: no stage 'steem' is listed before; did you mean"),
        (2, {'after': ['wide']}, "2.after: no stage 'wide' is listed before"),
        (1, {'after': ['concat']}, "1.after: no stage 'concat' is listed before"),
        (3, {'after': ['wide', 'wide']}, "3.after: names 'wide' twice"),
        (1, {'chance': 0.5}, "1.chance: does not go with after, which stage 2 ('wide')"),
        (1, {'exit_chance': 0.5}, '1.exit_chance: does not go with after'),
    ],
)
def test_branches_that_cannot_be_are_refused(index, keys, problem):
    with pytest.raises(ConfigError) as error:
        parse_system(('a', file_of(changed(index, **keys))))
    assert problem in str(error.value)
