# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The state of a coordinator, in the form that a scheduler's has."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from edge_sched_ros.core.high_level.dispatcher import HighLevelDispatcher
from edge_sched_ros.fleet.coordinator.coordinator import Coordinator
from edge_sched_ros.fleet.coordinator.members import Member
from edge_sched_ros.pipeline.health.status import Status
from edge_sched_ros.pipeline.health.status import task_state
from edge_sched_ros.pipeline.health.status import TaskState
from edge_sched_ros.pipeline.health.status import UnitReport
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccount

_UNAVAILABLE = 'unavailable'


def fleet_status(
    coordinator: Coordinator,
    now_ns: int,
    inputs: Mapping[str, InputAccount] = MappingProxyType({}),
) -> Status:
    """
    Return the state of tasks, and of the units of all devices that were ever in use.

    Units are named ``DEVICE/UNIT``; what they have done counts from the start of their device.

    :param now_ns: on the coordinator's clock
    :param inputs: account of every topic
    """
    status: Status = coordinator.read(lambda one: _status(one, coordinator, now_ns, inputs))
    return status


def _status(
    dispatcher: HighLevelDispatcher,
    coordinator: Coordinator,
    now_ns: int,
    inputs: Mapping[str, InputAccount],
) -> Status:
    return Status(
        now_ns=now_ns,
        started_ns=None,
        policy=dispatcher.policy_name,
        policy_parameters=dict(dispatcher.policy_parameters),
        miss_ratio=dispatcher.ledger.miss_ratio,
        uxcost=dispatcher.ledger.uxcost,
        tasks=tuple(_task(dispatcher, name, now_ns) for name in dispatcher.tasks),
        units=tuple(unit for member in coordinator.members for unit in _units(member)),
        inputs=dict(inputs),
        busy_before={},
        policy_problem=dispatcher.policy_problem,
    )


def _task(dispatcher: HighLevelDispatcher, name: str, now_ns: int) -> TaskState:
    spec = dispatcher.tasks[name]
    return task_state(
        name,
        dispatcher.ledger.tasks[name],
        now_ns,
        enabled=spec.enabled,
        deadline_ns=spec.deadline_ns,
        period_ns=spec.period_ns,
        variants=[one.variant for one in spec.choices()],
    )


def _units(member: Member) -> list[UnitReport]:
    if not (member.joined or member.lost or member.refused):
        return []
    kinds = {unit.name: unit.kind for unit in member.offer.offer.units}
    loads = () if member.status is None else member.status.units
    found = []
    for load in loads:
        if load.unit not in kinds:
            continue
        state, reason = load.state, ''
        if not member.joined:
            state, reason = _UNAVAILABLE, member.refused or f'the device is lost: {member.lost}'
        found.append(
            UnitReport(
                name=f'{member.name}/{load.unit}',
                kind=kinds[load.unit],
                state=state,
                reason=reason,
                running='',
                busy_ns=load.busy_ns,
                stages=load.stages,
            )
        )
    return found
