# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Converts the state to messages: ``SchedulerStatus`` and ``DiagnosticArray``."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from functools import partial
from typing import Any

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import MOST_OF_AN_ERROR
from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import INPUT_PREFIX
from edge_sched_ros.pipeline.health.rates import Rates
from edge_sched_ros.pipeline.health.status import Status
from edge_sched_ros.pipeline.health.status import TaskState
from edge_sched_ros.pipeline.health.status import UnitReport
from edge_sched_ros.pipeline.health.topic_monitor import MONITOR_KEYS
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccount
from edge_sched_ros.pipeline.messages import Make

_UNKNOWN = float('nan')
#: prefix of the message of a node with a wrong configuration
CANNOT_BE_CONFIGURED = 'cannot be configured'


def _value(value: float) -> str:
    return str(value).lower() if isinstance(value, bool) else f'{value:g}'


def scheduler_status(make: Make, status: Status, rates: Rates, *, stamp: Any) -> Any:
    """
    Return an ``edge_sched_ros/SchedulerStatus``.

    :param stamp: the present time, as a message
    """
    return make(
        'edge_sched_ros/msg/SchedulerStatus',
        header=make('std_msgs/msg/Header', stamp=stamp),
        policy=status.policy,
        policy_parameters=[
            f'{k}={_value(v)}' for k, v in sorted(status.policy_parameters.items())
        ],
        period_s=rates.period_s,
        total_miss_ratio=float(status.miss_ratio),
        uxcost=float(status.uxcost),
        tasks=[_task(make, task, status, rates) for task in status.tasks],
        units=[_unit(make, unit, rates) for unit in status.units],
        inputs=[_input(make, topic, account) for topic, account in status.inputs.items()],
    )


def _task(make: Make, task: TaskState, status: Status, rates: Rates) -> Any:
    reasons = {**task.dropped, **{f'failed_{k}': v for k, v in task.failed.items()}}
    percentiles = {
        f'response_{name}_ms': _UNKNOWN if value is None else value
        for name, value in task.response_ms.items()
    }
    return make(
        'edge_sched_ros/msg/TaskStatus',
        name=task.name,
        enabled=task.enabled,
        problem=brief(
            status.out.get(task.name, '')
            or task.hung
            or task.starved
            or task.below_min_rate
            or task.at_floor,
            MOST_OF_AN_ERROR,
        ),
        min_rate_hz=task.min_rate_hz,
        deadline_ms=task.deadline_ns / 1e6,
        released=task.released,
        on_time=task.on_time,
        late=task.late,
        dropped=sum(task.dropped.values()),
        failed=sum(task.failed.values()),
        in_flight=task.in_flight,
        reasons=list(reasons),
        reason_counts=list(reasons.values()),
        variants=list(task.variants),
        variant_counts=list(task.variants.values()),
        on_time_hz=rates.tasks[task.name].on_time_hz,
        miss_ratio=rates.tasks[task.name].miss_ratio,
        violation_rate=float(task.uxcost),
        native=brief(status.native.get(task.name, '')),
        in_python=brief(status.in_python.get(task.name, ''), MOST_OF_AN_ERROR),
        **percentiles,
    )


def _unit(make: Make, unit: UnitReport, rates: Rates) -> Any:
    return make(
        'edge_sched_ros/msg/UnitStatus',
        name=unit.name,
        kind=unit.kind,
        state=unit.state,
        reason=brief(unit.reason),
        running=unit.running,
        utilisation=rates.utilisation[unit.name],
        stages=unit.stages,
        temperature_c=unit.reading.temperature_c,
        power_mw=unit.reading.power_mw,
    )


def _input(make: Make, topic: str, account: InputAccount) -> Any:
    return make(
        'edge_sched_ros/msg/InputStatus',
        topic=topic,
        received=account.received,
        rejected=sum(account.rejected.values()),
        lost_before_arrival=account.lost,
        lost_by=account.lost_by,
    )


def status_name(node: str, what: str) -> str:
    """
    Return the name of a status.

    :param node: fully qualified name of the node
    """
    return f'{node}: {what}'


def topic_status_name(node: str, topic: str) -> str:
    """
    Return the name of a topic's status when another node reports it under its plain name, too.

    It has NITROS' form: topic monitors take the part from the first slash on as the topic.
    """
    return f'{node.strip("/").replace("/", ".")}{topic}'


def diagnostic_array(
    make: Make,
    health: list[Health],
    *,
    node: str,
    stamp: Any,
    told_by_others: Set[str] = frozenset(),
) -> Any:
    """
    Return a ``diagnostic_msgs/DiagnosticArray``.

    :param node: fully qualified name of the node; it starts every status name, so that nodes in
        different namespaces can be distinguished
    :param told_by_others: topics that another node reports under their plain names
    """
    lines = [*map(partial(_of_node, node), health), *_of_topics(node, health, told_by_others)]
    return make(
        'diagnostic_msgs/msg/DiagnosticArray',
        header=make('std_msgs/msg/Header', stamp=stamp),
        status=[
            make(
                'diagnostic_msgs/msg/DiagnosticStatus',
                # a field of type byte is a bytes object in Python
                level=bytes([line.level]),
                name=brief(line.name),
                message=brief(line.message, MOST_OF_AN_ERROR),
                hardware_id=brief(line.hardware_id),
                values=[
                    make(
                        'diagnostic_msgs/msg/KeyValue',
                        key=brief(key),
                        value=brief(value, MOST_OF_AN_ERROR),
                    )
                    for key, value in line.values.items()
                ],
            )
            for line in lines
        ],
    )


def _of_node(node: str, line: Health) -> Health:
    return replace(line, name=status_name(node, line.name))


def _of_topics(node: str, health: list[Health], told_by_others: Set[str]) -> list[Health]:
    """Return the inputs again under the plain names of their topics, as topic monitors expect."""
    found = []
    for line in health:
        if line.name.startswith(INPUT_PREFIX):
            topic = line.name.removeprefix(INPUT_PREFIX)
            name = topic_status_name(node, topic) if topic in told_by_others else topic
            values = {key: line.values[key] for key in MONITOR_KEYS}
            found.append(replace(line, name=name, hardware_id=node, values=values))
    return found
