# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Changes of the node's state and of its settings, again and again."""

from __future__ import annotations

import itertools
from random import Random
from typing import Any

from faults.fault import ERROR
from faults.fault import Fault
from faults.fault import OK
from faults.log import LOG
from faults.programs import Victim
from faults.scene import VICTIM
from faults.scene import VICTIM_TOPIC

_GROUP = 'life and settings'


#: settings that a node must refuse
_REFUSED: tuple[tuple[str, Any], ...] = (
    ('victim.deadline_ms', -1.0),
    ('victim.deadline_ms', float('nan')),
    ('victim.deadline_ms', float('inf')),
    ('victim.deadline_ms', 'soon'),
    ('victim.deadline_ms', 1e300),
    ('victim.priority', 'high'),
    ('victim.priority', 2**63 - 1),
    ('victim.queue_depth', 0),
    ('victim.every_n', -(2**63)),
    ('victim.min_rate_hz', -0.1),
    ('victim.enabled', 1),
    ('victim.topic', 'elsewhere'),
    ('victim.no_such', 1),
    ('tasks', ['victim']),
    ('policy', 'no_such'),
    ('policy', 'x' * 10_000),
    ('policy', '\x1b[31m\n'),
    ('admission', 'maybe'),
    ('error_after_ms', [1.0, 2.0]),
)


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

    for name, value in random.sample(_REFUSED, 5):
        result = set_parameters(robot.bench, **{name.replace('.', '__'): value})
        assert not result.successful, name


def _reports(robot: Any, _: Random) -> None:
    """Let every second report of the node fail."""
    turns, pipeline = itertools.count(), robot.pipeline
    robot.look_before = look = pipeline.look_at_machine

    def fail() -> Any:
        if next(turns) % 2:
            raise SystemExit('no report')
        return look()

    pipeline.look_at_machine = fail


def _reports_well(robot: Any) -> None:
    robot.pipeline.look_at_machine = robot.look_before


def _node_again(robot: Any, random: Random) -> None:
    for _ in range(random.randint(1, 3)):
        robot.node.trigger_deactivate()
        robot.node.trigger_activate()


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
        'a report fails',
        _GROUP,
        _reports,
        _reports_well,
        LOG,
        'a report failed, the node goes on: SystemExit',
        scenes=('node',),
    ),
    Fault(
        'node deactivated and activated again',
        _GROUP,
        _node_again,
        _nothing,
        VICTIM,
        '',
        level=OK,
        clears=False,
        scenes=('node',),
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
