# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One scenario, on coordinator and devices of a robot and in the simulator: the same decisions."""

from __future__ import annotations

import pytest
from fleets import Fleet
from fleets import MS

from edge_sched_ros.core.high_level.decisions import JobCompleted
from edge_sched_ros.core.high_level.decisions import JobDropped
from edge_sched_ros.core.high_level.decisions import JobFailed
from edge_sched_ros.core.high_level.decisions import JobReleased
from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.signs_of_life import LOST_AFTER_NS
from edge_sched_ros.core.high_level.signs_of_life import SIGN_NS
from edge_sched_ros.policies.high_level.registry import high_level_policy_classes
from edge_sched_ros.simulation.fleet.simulator import FleetSimulator
from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.system.parsing import make_system

_SEGMENTS = ('preprocess', 'first', 'second', 'postprocess')
_TENSORS = {'image': 3072, 'a': 400, 'b': 400, 'c': 400, 'result': 100}
_PERIOD_MS = 50
_ENDS = (JobCompleted, JobDropped, JobFailed)


def _system(tasks, changes=()):
    """Return the robot of ``fleets.Fleet``: a home without units, and two devices of one core."""
    names = list(_TENSORS)
    stages = [
        {'name': one, 'inputs': [names[i]], 'outputs': [names[i + 1]], 'cost': {'cpu0': 2.5}}
        for i, one in enumerate(_SEGMENTS)
    ]
    tensors = {name: {'dtype': 'uint8', 'shape': [n]} for name, n in _TENSORS.items()}
    net = {'inputs': ['image'], 'outputs': ['result'], 'tensors': tensors, 'stages': stages}
    return make_system(
        {
            'devices': {
                'home': {'units': {'vic0': {'kind': 'vic'}}},
                'orin': {'units': ['cpu0']},
                'nano': {'units': ['cpu0']},
            },
            'links': [
                {'from': one, 'to': other, 'latency_ms': 0}
                for one, other in (('home', 'orin'), ('home', 'nano'), ('orin', 'nano'))
            ],
            'streams': {'camera': {'period_ms': _PERIOD_MS}},
            'tasks': {
                name: {'stream': 'camera', 'network': 'net', 'deadline_ms': 200}
                | {'max_in_flight': 8}
                for name in tasks
            },
            'networks': {'net': net},
            'changes': list(changes),
        }
    )


class Said:
    """The decisions about jobs, as they were made."""

    def __init__(self):
        self.of_job = {}
        self._job = {}

    def note(self, decision):
        """Take in a decision."""
        if isinstance(decision, JobReleased):
            self._job[decision.job] = (decision.task, len(self._job))
        elif isinstance(decision, Push):
            where = (decision.partition, decision.device, decision.unit_of, decision.priority)
            self.of_job.setdefault(self._job[decision.job], []).append(where)
        elif isinstance(decision, _ENDS):
            end = (type(decision).__name__, getattr(decision, 'reason', ''))
            self.of_job.setdefault(self._job[decision.job], []).append(end)


def _on_a_robot(policy, tasks, frames, dies_after=None):
    fleet, said = Fleet(policy=policy, tasks=tasks), Said()
    handle = fleet.dispatcher.handle

    def heard(event, now_ns):
        decisions = handle(event, now_ns)
        for one in decisions:
            said.note(one)
        return decisions

    fleet.dispatcher.handle = heard
    fleet.add('orin')
    fleet.add('nano')
    fleet.run(500)
    before = frames if dies_after is None else dies_after
    fleet.run(before * _PERIOD_MS, fps=1000 / _PERIOD_MS)
    if dies_after is not None:
        fleet.kill('orin')
        fleet.run((frames - before) * _PERIOD_MS, fps=1000 / _PERIOD_MS)
    fleet.run(1000)
    return said, fleet


def _in_the_simulator(policy, tasks, frames, dies_after=None):
    said, changes = Said(), []
    if dies_after is not None:
        at_s = (dies_after * _PERIOD_MS - 1) / 1000
        changes = [{'at_s': at_s, 'device': 'orin', 'set': {'state': 'unavailable'}}]
    simulator = FleetSimulator(
        FleetSystem(_system(tasks, changes)),
        policy=policy,
        listener=lambda _now_ns, _event, decisions: [said.note(one) for one in decisions],
    )
    simulator.run(frames * _PERIOD_MS / 1000)
    simulator.validate()
    return said, simulator


@pytest.mark.parametrize('policy', high_level_policy_classes())
@pytest.mark.parametrize('tasks', [('one',), ('one', 'two', 'three')])
def test_devices_and_units_are_the_same(policy, tasks):
    robot, _ = _on_a_robot(policy, tasks, frames=12)
    simulated, _ = _in_the_simulator(policy, tasks, frames=12)
    assert len(robot.of_job) == 12 * len(tasks)
    assert robot.of_job == simulated.of_job


def test_a_lost_device_is_lost_for_the_same_reason_and_jobs_go_to_the_same_device():
    robot, fleet = _on_a_robot('whole_network', ('one', 'two'), frames=30, dies_after=10)
    simulated, simulator = _in_the_simulator(
        'whole_network', ('one', 'two'), frames=30, dies_after=10
    )
    assert fleet.dispatcher.losses == simulator.dispatcher.losses == {'orin': {'silent': 1}}
    # a real device gives a sign of life, and is looked at, every 100 ms only
    until = 10 + (LOST_AFTER_NS + SIGN_NS) // MS // _PERIOD_MS
    lost_frames = range(2 * 10, 2 * until)
    for key in robot.of_job:
        if key[1] not in lost_frames:
            assert robot.of_job[key] == simulated.of_job[key], key
