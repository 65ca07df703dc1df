# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishers, clocks and nodes around the node that do what they should not."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from faults.fault import Fault
from faults.fault import OK
from faults.scene import VICTIM
from faults.scene import VICTIM_TOPIC

_GROUP = 'publishers and other nodes'
_INPUT = f'input /{VICTIM_TOPIC}'
_S = 10**9


class _Extra:
    """Another node in the graph while the fault lasts."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self._make = make
        self._made: Any = None

    def begin(self, robot: Any, _: Random) -> None:
        """Make it."""
        self._made = self._make(robot)

    def end(self, robot: Any) -> None:
        """Take it away."""
        context = self._made.context
        self._made.destroy_node()
        if context is not robot.bench.context:
            context.try_shutdown()


def _twin(robot: Any) -> Any:
    from rclpy.node import Node

    return Node('scheduler', context=robot.bench.context, start_parameter_services=False)


def _other_type(robot: Any) -> Any:
    import rclpy
    from rclpy.node import Node
    from std_msgs.msg import String

    # a participant of its own: one cannot have two types under one name
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=robot.bench.domain_id)
    node = Node('other', context=context, start_parameter_services=False)
    node.create_publisher(String, VICTIM_TOPIC, 1)
    return node


def _other_qos(robot: Any) -> Any:
    from rclpy.node import Node
    from rclpy.qos import QoSProfile
    from rclpy.qos import ReliabilityPolicy
    from sensor_msgs.msg import Image

    node = Node('other', context=robot.bench.context, start_parameter_services=False)
    qos = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
    node.create_publisher(Image, VICTIM_TOPIC, qos)
    return node


def _extra(name: str, make: Callable[[Any], Any], says: str, line: str = _INPUT) -> Fault:
    """Return the fault that another node is there."""
    extra = _Extra(make)
    return Fault(name, _GROUP, extra.begin, extra.end, line, says, scenes=('node',))


class _Comings:
    """Every message of the victim comes from a publisher that is made for it."""

    def begin(self, robot: Any, _: Random) -> None:
        """Make and destroy publishers from now on."""
        self._whole = robot.publish_bad

        def publish() -> None:
            made = robot.bench.watcher.create_publisher(type(robot.image()), VICTIM_TOPIC, 1)
            made.publish(robot.image())
            robot.bench.watcher.destroy_publisher(made)

        robot.publish_bad = publish

    def end(self, robot: Any) -> None:
        """Publish as before."""
        robot.publish_bad = self._whole


class _Burst(_Comings):
    """Messages that come faster than the node can take them."""

    def begin(self, robot: Any, random: Random) -> None:
        """Publish many at once."""
        self._whole = robot.publish_bad
        count = random.randint(30, 60)

        def publish() -> None:
            message = robot.image()
            for _ in range(count):
                robot.bench.publish(VICTIM_TOPIC, message)

        robot.publish_bad = publish


def _stamped(name: str, says: str, change: Callable[[Random], Callable[[int], int]]) -> Fault:
    """Return the fault that stamps are wrong; ``change`` gives a function of the right stamp."""

    def begin(robot: Any, random: Random) -> None:
        robot.restamp = change(random)

    def end(robot: Any) -> None:
        robot.restamp = None

    return Fault(f'stamps {name}', 'clocks', begin, end, _INPUT, says, scenes=('node',))


def _back(random: Random) -> Callable[[int], int]:
    """Return a clock that jumps back and forth."""
    return lambda now: now - random.choice((0, 5, 3000)) * _S


_COMINGS, _BURST = _Comings(), _Burst()
FAULTS = (
    _extra('two nodes of one name', _twin, '2 nodes are named /scheduler', 'name'),
    _extra('a publisher of another type', _other_type, 'publishes std_msgs/msg/String'),
    _extra('a publisher with a QoS that does not fit', _other_qos, '(?i)reliab'),
    Fault(
        'publishers come and go',
        _GROUP,
        _COMINGS.begin,
        _COMINGS.end,
        VICTIM,
        '',
        level=OK,
        clears=False,
        scenes=('node',),
    ),
    Fault(
        'messages faster than they are taken',
        _GROUP,
        _BURST.begin,
        _BURST.end,
        _INPUT,
        'lost before arrival',
        scenes=('node',),
    ),
    _stamped(
        'from the future', 'in the future', lambda r: lambda now: now + r.randint(1, 60) * _S
    ),
    _stamped('of another clock', 'unrelated to this clock', lambda _: lambda now: now // 10**6),
    _stamped('that stand still', 'the same stamp', lambda _: lambda now: now // _S * _S),
    Fault(
        'stamps that jump back and forth',
        'clocks',
        lambda robot, random: setattr(robot, 'restamp', _back(random)),
        lambda robot: setattr(robot, 'restamp', None),
        VICTIM,
        '',
        level=OK,
        clears=False,
        scenes=('node',),
    ),
)
