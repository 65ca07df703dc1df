# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Devices of a coordinator, their links, and coordinators that fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from fleets import MS

from edge_sched_ros.fleet.device.work import WorkEnd
from edge_sched_ros.fleet.wire.offers import Beat
from faults.fault import ERROR
from faults.fault import Fault
from faults.fault import OK
from faults.fleet_robot import BAD
from faults.log import LOG

_GROUP = 'devices of a coordinator'
_LINE = f'device {BAD}'
_LOST, _AGAIN = 'lost: silent', r"'times lost': '[1-9]"


def _nothing(*_: Any) -> None:
    """Do nothing: it is over already."""


def _fault(name: str, begin: Callable[[Any, Random], Any], says: str, **more: Any) -> Fault:
    options = {'end': _nothing, 'line': _LINE, 'scenes': ('fleet',), **more}
    return Fault(name, _GROUP, begin, says=says, **options)


def _call(*names: str, **values: Any) -> Callable[..., None]:
    """Return a beginning or an end that calls methods of the robot."""

    def do(robot: Any, _: Any = None) -> None:
        for name in names:
            getattr(robot, name)(**values)

    return do


def _slow(robot: Any, random: Random) -> None:
    robot.fleet.bus.slow_ns[BAD] = random.randint(30, 80) * MS
    robot.fleet.bus.lose_every = random.randint(3, 6)


def _quick(robot: Any) -> None:
    robot.fleet.bus.slow_ns.clear()
    robot.fleet.bus.lose_every = 0


def _damages(robot: Any, random: Random) -> None:
    """Let every answer of the device be noise, or cut short."""
    bus = robot.fleet.bus
    robot.send_before = send = bus.tensor

    def damaged(record: Any) -> Any:
        data = bytes(record.data)
        noise = random.randbytes(len(data))
        changed = random.choice((noise, data[: random.randint(0, len(data) - 1)]))
        return replace(record, data=changed, shape=(len(changed),))

    bus.tensor = lambda record: send(damaged(record) if record.source == BAD else record)


def _undamaged(robot: Any) -> None:
    robot.fleet.bus.tensor = robot.send_before
    # it is refused until it starts again
    robot.kill()
    robot.start()


def _fails(robot: Any, _: Random) -> None:
    runner = robot.fleet.devices[BAD].runner
    robot.told_before = tell = runner._on_end
    runner._on_end = lambda end: tell(WorkEnd(end.work, 'broken'))


def _works(robot: Any) -> None:
    robot.fleet.devices[BAD].runner._on_end = robot.told_before


def _usurped(robot: Any, _: Random) -> None:
    """Let another coordinator claim the device again and again."""
    server = robot.fleet.devices[BAD].server
    for _turn in range(3):
        server.hear(Beat('usurper', 88, robot.fleet.clock.now_ns, 'home', {BAD: 1}))


def _twin(robot: Any, _: Random) -> None:
    """Let a second device of the name come, which goes at once."""
    fleet = robot.fleet
    first = fleet.devices[BAD]
    fleet.add(BAD)
    fleet.devices[BAD] = first
    fleet.bus.join_device(first.server)


_BOTH = ('fleet', 'hosts')
#: for what is over before it can be seen
_SEEN = {'level': OK, 'clears': False}
FAULTS = (
    _fault('a device is killed', _call('kill'), _LOST, end=_call('start'), scenes=_BOTH),
    _fault('a device hangs', _call('hang'), _LOST, end=_call('go_on'), scenes=_BOTH),
    _fault('a link is cut', _call('cut'), _LOST, end=_call('restore'), scenes=_BOTH),
    _fault('a link is slow and lossy', _slow, r"'latency ms': '[2-9]\d", end=_quick, level=OK),
    _fault('a device starts again', _call('kill', 'start'), _AGAIN, scenes=_BOTH, **_SEEN),
    _fault(
        'a device gives damaged tensors',
        _damages,
        'refused',
        end=_undamaged,
        level=ERROR,
    ),
    _fault('a device fails what it is given', _fails, r'net fails: .*\(broken\)', end=_works),
    _fault('another coordinator claims a device', _usurped, 'usurper', **_SEEN),
    _fault('two devices of one name', _twin, f"calls itself '{BAD}'", line=LOG),
    _fault(
        'the coordinator is started again',
        _call('coordinate_again', killed=False),
        'in use',
        scenes=_BOTH,
        **_SEEN,
    ),
    _fault(
        'the coordinator is killed and started again',
        _call('coordinate_again', killed=True),
        'in use',
        scenes=_BOTH,
        **_SEEN,
    ),
)
