# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Changes of the node's state and of its settings, again and again."""

from __future__ import annotations

from random import Random
from typing import Any

from faults.fault import ERROR
from faults.fault import Fault
from faults.fault import OK
from faults.programs import Victim
from faults.scene import VICTIM
from faults.scene import VICTIM_TOPIC

_GROUP = 'life and settings'


def _nothing(*_: Any) -> None:
    """End nothing: it is over already."""


def _again(robot: Any, random: Random) -> None:
    for _ in range(random.randint(1, 4)):
        robot.pipeline.stop()
        robot.pipeline.start()


def _clock(robot: Any, random: Random) -> None:
    for _ in range(random.randint(1, 5)):
        robot.pipeline.clock_jumped(random.choice((-1, 1)) * random.randint(10**6, 10**12))


def _off(robot: Any, _: Random) -> None:
    robot.pipeline.change_task(VICTIM, {'enabled': False})


def _on(robot: Any) -> None:
    robot.pipeline.change_task(VICTIM, {'enabled': True})


def _resets(robot: Any, _: Random) -> None:
    def fail(_self: Any) -> None:
        raise SystemExit

    robot.reset_before, Victim.reset = Victim.reset, fail  # type: ignore[method-assign]
    robot.pipeline.source_restarted(VICTIM_TOPIC)


def _resets_well(robot: Any) -> None:
    Victim.reset = robot.reset_before  # type: ignore[method-assign]
    robot.pipeline.source_restarted(VICTIM_TOPIC)


def _wrong_settings(robot: Any, random: Random) -> None:
    """Send settings that are refused, by service."""
    from ros import set_parameters

    refused = ('victim.deadline_ms', -1.0), ('policy', 'no_such'), ('victim.priority', 'high')
    for _ in range(3):
        name, value = random.choice(refused)
        result = set_parameters(robot.bench, **{name.replace('.', '__'): value})
        assert not result.successful, name


def _program_options(robot: Any, random: Random) -> None:
    """Change settings of the victim often."""
    for _ in range(random.randint(20, 60)):
        robot.pipeline.change_task(VICTIM, {'deadline_ns': random.randint(10**10, 10**11)})


FAULTS = (
    Fault(
        'stopped and started again', _GROUP, _again, _nothing, VICTIM, '', level=OK, clears=False
    ),
    Fault('the clock jumps', _GROUP, _clock, _nothing, VICTIM, '', level=OK, clears=False),
    Fault('the task is disabled', _GROUP, _off, _on, VICTIM, 'disabled', level=OK),
    Fault(
        'program fails to reset',
        'own code raises',
        _resets,
        _resets_well,
        VICTIM,
        'reset failed',
        level=ERROR,
    ),
    Fault(
        'many changes of a setting',
        _GROUP,
        _program_options,
        _nothing,
        VICTIM,
        '',
        level=OK,
        clears=False,
    ),
    Fault(
        'wrong settings',
        _GROUP,
        _wrong_settings,
        _nothing,
        VICTIM,
        '',
        level=OK,
        clears=False,
        scenes=('node',),
    ),
)
