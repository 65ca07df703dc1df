# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A run of a coordinator as a file, which a new high-level dispatcher decides in the same way."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import fields
from pathlib import Path
from typing import Any
from typing import get_type_hints

from pydantic import TypeAdapter

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.codec import from_dict
from edge_sched_ros.core.high_level.codec import to_dict
from edge_sched_ros.core.high_level.dispatcher import HighLevelDispatcher
from edge_sched_ros.core.high_level.events import HIGH_LEVEL_EVENT_TYPES
from edge_sched_ros.plugins.high_level_policies import make_high_level_policy
from edge_sched_ros.simulation.fleet.links import Links
from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.simulation.trace import replay_lines
from edge_sched_ros.simulation.trace import Replayed
from edge_sched_ros.simulation.trace import trace_file
from edge_sched_ros.simulation.trace import TraceWriter
from edge_sched_ros.simulation.trace_event import check_value
from edge_sched_ros.simulation.trace_event import parts_of
from edge_sched_ros.tracing.reading import lines_of_trace

_KINDS = {kind.__name__: kind for kind in HIGH_LEVEL_EVENT_TYPES}
#: type of event -> field -> check of its value
_CHECKS = {
    name: {
        field: TypeAdapter(hint)
        for field, hint in get_type_hints(kind).items()
        if field != 'offer'  # its own reader checks it
    }
    for name, kind in _KINDS.items()
}


def fleet_trace_file(
    path: Path, fleet: FleetSystem, **head: Any
) -> AbstractContextManager[TraceWriter]:
    """
    Open a file for what a coordinator hears and decides; closes it after the run.

    :param head: description of the run; a replay needs ``policy`` and ``policy_parameters``
    :raises ConfigError: when it cannot be written, now or later
    """
    return trace_file(path, {'system': fleet.name, **head}, _line)


def _line(now_ns: int, event: Any, decisions: Iterable[Any]) -> str:
    line = {'now_ns': now_ns, 'event': to_dict(event), 'decisions': [*map(to_dict, decisions)]}
    return json.dumps(line, separators=(',', ':'))


def is_fleet_trace(path: Path) -> bool:
    """
    Whether a trace is of a coordinator.

    :raises ConfigError: when the file is not a trace
    """
    return 'system' in next(lines_of_trace(path))[1]


def replay_fleet_trace(path: Path, fleet: FleetSystem) -> Replayed:
    """
    Feed a trace's events to a new high-level dispatcher until its decisions differ.

    :raises ConfigError: when the file is not a trace, of another system, or truncated; names file
        and line
    """

    def begin(head: dict[str, Any]) -> HighLevelDispatcher:
        if head.get('system') != fleet.name:
            was = head.get('system') or 'none'
            raise ConfigError('system', f'was {was} in the trace, given is {fleet.name}')
        return HighLevelDispatcher(
            tasks=tuple(fleet.tasks.values()),
            policy=head['policy'],
            make_policy=make_high_level_policy,
            policy_parameters=head.get('policy_parameters', {}),
            links=Links(fleet.devices, fleet.links).known(),
        )

    return replay_lines(path, begin, _event_of, to_dict)


def _event_of(line: dict[str, Any]) -> tuple[int, Any]:
    now_ns, data, kind = parts_of(line, _KINDS)
    event = from_dict(data)
    for field in fields(kind):
        check = _CHECKS[kind.__name__].get(field.name)
        if check is not None:
            check_value(f'event.{field.name}', check, getattr(event, field.name))
    return now_ns, event
