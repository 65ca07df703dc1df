# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A partition is the same task on a robot's device and on a simulated one."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import fleets
import pytest
from simulated_fleets import fleet_of
from simulated_fleets import NETWORK

from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.high_level.cutting import cut_into
from edge_sched_ros.core.high_level.decisions import JobReleased
from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.partition_task import partition_task_spec
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.fleet.device.runner import RuntimeRunner
from edge_sched_ros.fleet.device.work import Runnable
from edge_sched_ros.fleet.device.work import Work
from edge_sched_ros.fleet.graphs import NetworkForm
from edge_sched_ros.simulation.fleet.account import DeviceAccount
from edge_sched_ros.simulation.fleet.clock import VirtualClock
from edge_sched_ros.simulation.fleet.partition_tasks import partition_task
from edge_sched_ros.simulation.fleet.runs import DeviceRuns

_UNITS = ('cpu0', 'gpu0')
_FLEET = {
    'devices': {'orin': {'units': {'gpu0': {'kind': 'gpu'}, 'cpu0': {}}}},
    'tasks': {'detector': {'network': 'net', 'period_ms': 5, 'deadline_ms': 80}},
    'networks': {'net': NETWORK},
}


def _on_a_robot(graph, segments, unit_of):
    """Return the task that a device makes of a partition; its job is too late to run."""
    served = replace(
        fleets.network(),
        form=NetworkForm(graph, {}),
        units=dict.fromkeys(segments, _UNITS),
        costs_ns={one: {'cpu0': 10_000_000, 'gpu0': 2_000_000} for one in segments},
    )
    units = (LocalUnit(Unit('gpu0', 'gpu')), LocalUnit(Unit('cpu0', 'cpu')))
    runner = RuntimeRunner({'net': served}, units, policy='edf+drop', clock_ns=lambda: 10**9)
    runnable = Runnable('detector', 'net', segments, unit_of)
    runner.submit(Work(0, 'p0', runnable, ('camera', 1), 1, 0, {}, frozenset()))
    (spec,) = runner._runtime.read(lambda dispatcher, _: tuple(dispatcher.tasks.values()))
    return spec


def _in_the_simulator(fleet, graph, segments, unit_of):
    (partition,) = cut_into(graph, [segments])
    push = Push(0, 'detector', partition.name, 'orin', 1, 0, unit_of, network=graph.name)
    made = partition_task(push, partition, fleet.devices['orin'], graph.name)
    assert not isinstance(made, str)
    return made.spec


@pytest.mark.parametrize('segments', [('head',), ('head', 'tail')])
@pytest.mark.parametrize('unit_of', [(), (('head', 'cpu0'),)])
def test_a_robot_and_the_simulator_make_the_same_task_of_a_partition(segments, unit_of):
    fleet = fleet_of(_FLEET)
    graph = fleet.tasks['detector'].graph
    robot = _on_a_robot(graph, segments, unit_of)
    simulated = _in_the_simulator(fleet, graph, segments, unit_of)
    assert simulated == robot
    assert not robot.drop_overtaken
    # the fastest first, whatever order they are named in
    assert robot.variants[0].stages[-1].units == ('gpu0', 'cpu0') or unit_of


def test_as_many_jobs_of_a_partition_may_have_started_as_there_are_units():
    spec = partition_task_spec('p', [('a', {'cpu0': 2, 'gpu0': 1}), ('b', {'gpu0': 1})], 3)
    assert (spec.max_in_flight, spec.priority, spec.stream) == (2, 3, 'p')


def test_a_simulated_device_ends_a_job_of_a_partition_that_a_newer_one_overtook():
    fleet, ended = fleet_of(_FLEET), []
    graph = fleet.tasks['detector'].graph
    (partition,) = cut_into(graph, [('head', 'tail')])
    push = Push(0, 'detector', partition.name, 'orin', 10**9)
    task = partition_task(push, partition, fleet.devices['orin'], graph.name)
    clock = VirtualClock()
    runs = DeviceRuns(
        fleet.devices['orin'],
        clock,
        DeviceAccount(),
        lambda token, end: ended.append((token.seq, end)),
        policy='latency_greedy',
        policy_parameters={},
        seed=0,
    )
    runs.add(task)
    # the GPU takes 4 ms for a job and the CPU, which gets the second one, 20 ms
    for seq in range(3):
        job = JobReleased(seq, 'detector', 'camera', seq, 0, 10**9)
        clock.at(seq, runs.start, task.spec.name, job, 10**9, (), SimpleNamespace(seq=seq))
    clock.run(lambda _time_ns: True)
    assert [seq for seq, _ in ended] == [0, 2, 1]
    assert all(isinstance(end, Complete) for _, end in ended)
