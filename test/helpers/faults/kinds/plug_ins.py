# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The victim's code fails outside of a job: when it is imported, made, read or set."""

from __future__ import annotations

from random import Random
from typing import Any

from edge_sched_ros.core.errors import EdgeSchedError
from faults.fault import ERROR
from faults.fault import Fault
from faults.log import LOG
from faults.programs import Victim
from faults.scene import VICTIM

_GROUP = 'own code outside of a job'


def _nothing(*_: Any) -> None:
    """Do nothing: it is so from the start to the end."""


def _from_the_start(name: str, program: str, says: str, **more: Any) -> Fault:
    """Return the fault that a task is out from the start."""
    options = {'scenes': ('pipeline', 'node'), 'line': VICTIM, 'level': ERROR, **more}
    return Fault(
        f'program {name}',
        _GROUP,
        _nothing,
        _nothing,
        says=says,
        clears=False,
        returns=False,
        parameters={f'{VICTIM}.program': program},
        **options,
    )


def _refuses(robot: Any, _: Random) -> None:
    """Let the victim fail to take a setting."""

    def fail(_self: Any, name: str, _value: Any) -> None:
        raise SystemExit(name)

    robot.option_before = Victim.set_option
    Victim.set_option = fail  # type: ignore[method-assign]
    try:
        robot.pipeline.change_task(VICTIM, {'gain': 1.0})
    except EdgeSchedError as error:
        robot.note(str(error))


def _takes(robot: Any) -> None:
    Victim.set_option = robot.option_before  # type: ignore[method-assign]
    robot.pipeline.change_task(VICTIM, {'gain': 1.0})


def _fails_to_close(robot: Any, _: Random) -> None:
    """Let the node be configured again while the victim cannot be closed."""

    def fail(_self: Any) -> None:
        raise SystemExit(6)

    robot.close_before = Victim.close
    Victim.close = fail  # type: ignore[method-assign]
    for name in ('deactivate', 'cleanup', 'configure', 'activate'):
        getattr(robot.node, f'trigger_{name}')()


def _closes(robot: Any) -> None:
    Victim.close = robot.close_before  # type: ignore[method-assign]


def _deaf(robot: Any, _: Random) -> None:
    robot.deaf = True


def _hears(robot: Any) -> None:
    robot.deaf = False


FAULTS = (
    _from_the_start(
        'cannot be imported', 'faults.unimportable:Any', 'out: .*cannot be imported: SystemExit'
    ),
    _from_the_start(
        'cannot be made', 'faults.programs:Unmade', 'out: .*cannot be made: SystemExit'
    ),
    _from_the_start(
        'has an attribute that raises',
        'faults.programs:Unreadable',
        'out: .*attributes cannot be read: KeyError',
        scenes=('pipeline',),
    ),
    Fault(
        'program fails to take a setting',
        _GROUP,
        _refuses,
        _takes,
        LOG,
        r'victim\.gain: its program failed: SystemExit: gain',
    ),
    Fault(
        'program fails to close',
        _GROUP,
        _fails_to_close,
        _closes,
        LOG,
        'victim: its close failed: SystemExit',
        scenes=('node',),
    ),
    Fault(
        'the receiver of results exits',
        _GROUP,
        _deaf,
        _hears,
        LOG,
        r'victim: the result of job \d+ was not delivered',
    ),
)
