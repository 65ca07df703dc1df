# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Programs of tasks with ``isolation: process``."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.isolation.errors import IsolationError
from edge_sched_ros.execution.isolation.errors import RemoteError
from edge_sched_ros.execution.isolation.program import IsolatedProgram
from edge_sched_ros.execution.isolation.program import IsolationReport
from edge_sched_ros.execution.isolation.worker import Worker
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.perception.results import SENT_RESULTS
from edge_sched_ros.pipeline.settings.config import COMPRESSED_TYPE
from edge_sched_ros.pipeline.settings.config import IMAGE_TYPE
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig
from edge_sched_ros.plugins.bounded_call import note_hung
from edge_sched_ros.plugins.bounded_call import shared_limit_s

_MODULE = 'edge_sched_ros.pipeline.tasks.isolated_process'
#: time limit for own code to be imported and made, seconds
_PROGRAM_S = 60.0
#: time limit for a network to be loaded; engines that are not built yet take minutes
_NETWORK_S = 1800.0
_PICTURES = (IMAGE_TYPE, COMPRESSED_TYPE)
#: a frame may take as many of its deadlines, and at least so long, milliseconds
_DEADLINES, _LEAST_MS = 10.0, 500.0


@dataclass(frozen=True, slots=True)
class IsolatedTask:
    """
    A task's program in its own process, and what the process told of it.

    :param name: name of its network; empty for a program without units of its own
    :param units: variant -> stage -> names of units; empty for a program without them
    """

    program: IsolatedProgram
    name: str = ''
    units: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    accuracy: Mapping[str, float] = field(default_factory=dict)
    segments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    not_here: Mapping[str, str] = field(default_factory=dict)


def isolate(
    task: TaskConfig, config: PipelineConfig, machine: Machine, *, fused: bool
) -> IsolatedTask:
    """
    Start the process of a task and load its program there.

    :param fused: whether stages that stay on the same cores run as one
    :raises ConfigError: naming file or key; its cause is an IsolatedCodeError if the code of a
        user failed
    """
    load_s = shared_limit_s(_PROGRAM_S) if task.program else _NETWORK_S
    began_s = time.monotonic()
    settings: dict[str, float | None] = {}
    request = _load_request(task, config, settings, fused)
    try:
        worker = Worker(
            task.name,
            _MODULE,
            lambda: request,
            records=SENT_RESULTS,
            load_s=load_s,
        )
    except OSError as error:
        raise ConfigError(
            f'{task.name}.isolation', f'no shared memory: {error.strerror}'
        ) from None
    try:
        known = worker.start()
    except RemoteError as error:
        # libraries that get no memory fail in many ways, and only this task is short of it
        own = error.own_code or task.isolation_memory_mib
        cause = IsolatedCodeError(str(error)) if own else None
        raise _why_not(task, error) from cause
    except IsolationError as error:
        if time.monotonic() - began_s >= load_s:
            note_hung('constructor', load_s)
        raise _why_not(task, error) from IsolatedCodeError(str(error))
    try:
        return _made(task, machine, worker, known, settings)
    except (KeyError, TypeError, ValueError) as error:
        worker.close()
        raise _why_not(task, error) from error


def isolation_reports(programs: Mapping[str, Program]) -> dict[str, IsolationReport]:
    """Return the state of the process of every isolated task."""
    return {
        name: program.report  # type: ignore[attr-defined]
        for name, program in programs.items()
        if getattr(program, 'isolated', False)
    }


def end_processes(programs: Mapping[str, Program]) -> None:
    """End the processes of all isolated tasks, whatever they do."""
    for program in programs.values():
        if getattr(program, 'isolated', False):
            program.end()  # type: ignore[attr-defined]


def _load_request(
    task: TaskConfig, config: PipelineConfig, settings: dict[str, float | None], fused: bool
) -> dict[str, Any]:
    # a policy is none of its business, and its parameters may be any text
    plain = dataclasses.replace(config, policy_parameters={})
    return {
        'do': 'load',
        'task': dataclasses.asdict(task),
        'config': dataclasses.asdict(plain),
        'fused': fused,
        'pictures': config.topic_types().get(config.source_of(task).topic) in _PICTURES,
        'memory_mib': task.isolation_memory_mib,
        'settings': settings,
    }


def _made(
    task: TaskConfig,
    machine: Machine,
    worker: Worker,
    known: dict[str, Any],
    settings: dict[str, float | None],
) -> IsolatedTask:
    program = IsolatedProgram(
        worker,
        stages=known.pop('stages'),
        output=known.pop('output'),
        attributes=known.pop('attributes'),
        checks=known.pop('checks'),
        cores={local.unit.name: local.core for local in machine.units},
        timeout_ms=task.isolation_timeout_ms or max(_LEAST_MS, _DEADLINES * task.deadline_ms),
        message=task.runs_own_code,
        settings=settings,
    )
    return IsolatedTask(program, **known)


def _why_not(task: TaskConfig, error: Exception) -> ConfigError:
    key = 'program' if task.program else 'network'
    if task.isolation_memory_mib:
        where = f'{task.name}.isolation_memory_mib'
        told = f'with {task.isolation_memory_mib} MiB its process cannot begin: {error}'
        return ConfigError(where, told)
    if isinstance(error, RemoteError) and error.where:
        return ConfigError(error.where, str(error))
    served = task.program or task.network
    return ConfigError(f'{task.name}.{key}', f"'{served}' cannot be made: {error}")


class IsolatedCodeError(Exception):
    """An error of the code of a user in its own process."""
