# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The observer: notes when each answer arrives.

Arrival times are those DDS took when the sample came in, so this process need not wake up for
every message: it looks every few milliseconds and costs the contenders next to nothing.
Answers are not decoded; a message that begins with a header begins with its stamp.
"""

from __future__ import annotations

import json
import struct
import time
from typing import Any

import numpy as np
import rclpy
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import HistoryPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rclpy.serialization import deserialize_message

from benchmarks.side_by_side.rig.commands import Commands
from edge_sched_ros.nodes.ros_messages import message_class

_QOS = QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=200, reliability=ReliabilityPolicy.RELIABLE
)
_LOOK_S = 0.01
#: contents are kept of messages of this type only
_KEPT = 'edge_sched_ros/msg/JobTiming'


class Ear:
    """One subscription: the stamps and times of what came, serialised contents if kept."""

    def __init__(self, node: Node, topic: str, kind: str) -> None:
        self.keeps = kind == _KEPT
        self.type = message_class(kind)
        self.subscription = node.create_subscription(
            self.type, topic, lambda message: None, _QOS, raw=True
        )
        self.stamps: list[int] = []
        self.received: list[int] = []
        self.sent: list[int] = []
        self.contents: list[bytes] = []

    def clear(self) -> None:
        """Forget what was heard."""
        for heard in (self.stamps, self.received, self.sent, self.contents):
            heard.clear()

    def drain(self) -> None:
        """Take whatever has come."""
        handle = self.subscription.handle
        with handle:
            while (taken := handle.take_message(self.type, True)) is not None:
                data, about = taken
                seconds, nanoseconds = struct.unpack_from('<iI', data, 4)
                self.stamps.append(seconds * 1_000_000_000 + nanoseconds)
                self.received.append(about['received_timestamp'] or time.time_ns())
                self.sent.append(about['source_timestamp'])
                if self.keeps:
                    self.contents.append(bytes(data))


class Observer:
    """Ears in any number of DDS domains, those of one of them open at a time."""

    def __init__(self) -> None:
        self._places: dict[int, tuple[Any, Node, dict[str, Ear]]] = {}
        self._open: dict[str, Ear] = {}

    def open(self, domain: int, namespace: str) -> None:
        """Enter a domain."""
        context = rclpy.Context()
        rclpy.init(context=context, domain_id=domain)
        node = Node('observer', context=context, namespace=namespace, use_global_arguments=False)
        self._places[domain] = (context, node, {})

    def close(self, domain: int) -> None:
        """Leave a domain."""
        context, node, _ = self._places.pop(domain)
        self._open = {}
        node.destroy_node()
        rclpy.try_shutdown(context=context)

    def listen(self, domain: int, topics: dict[str, str]) -> None:
        """Subscribe to topics, name -> type."""
        _, node, ears = self._places[domain]
        ears.update({topic: Ear(node, topic, kind) for topic, kind in topics.items()})

    def unlisten(self, domain: int, topics: list[str]) -> None:
        """Unsubscribe from topics."""
        _, node, ears = self._places[domain]
        for topic in topics:
            node.destroy_subscription(ears.pop(topic).subscription)

    def record(self, domain: int) -> None:
        """Forget what was heard and take down what comes from now on in this domain."""
        self._open = self._places[domain][2]
        self.drain()
        for ear in self._open.values():
            ear.clear()

    def rest(self) -> None:
        """Listen no more, until the next recording."""
        self._open = {}

    def drain(self) -> None:
        """Take whatever has come."""
        for ear in self._open.values():
            ear.drain()

    def heard(self) -> dict[str, Any]:
        """Return per topic how much was heard, and how long ago the last of it, in seconds."""
        self.drain()
        last = max((e.received[-1] for e in self._open.values() if e.received), default=0)
        counts = {topic: len(ear.stamps) for topic, ear in self._open.items()}
        return {'counts': counts, 'silent_s': (time.time_ns() - last) / 1e9}

    def first(self) -> dict[str, Any]:
        """Return per topic when its first answer came, in nanoseconds, 0 for never."""
        self.drain()
        return {topic: min(ear.received, default=0) for topic, ear in self._open.items()}

    def save(self, into: str) -> None:
        """Write what was heard, per topic: stamps, times of sending and receiving."""
        self.drain()
        arrays = {}
        for topic, ear in self._open.items():
            heard = (ear.stamps, ear.sent, ear.received)
            arrays[topic.replace('/', '.')] = np.array(heard, np.int64)
        np.savez(into, **arrays)

    def timings(self, into: str) -> None:
        """Write the contents of the timing messages as JSON."""
        self.drain()
        found = [
            _timing(deserialize_message(data, ear.type))
            for ear in self._open.values()
            for data in ear.contents
        ]
        with open(into, 'w') as file:
            json.dump(found, file)

    def parameters(self, domain: int, node: str, values: dict[str, Any]) -> None:
        """Set parameters of a node as ``ros2 param set`` does, all or none."""
        context, own, _ = self._places[domain]
        client = own.create_client(SetParametersAtomically, f'{node}/set_parameters_atomically')
        executor = SingleThreadedExecutor(context=context)
        executor.add_node(own)
        try:
            if not client.wait_for_service(timeout_sec=10.0):
                raise RuntimeError(f'{node} offers no parameter service')
            request = SetParametersAtomically.Request()
            request.parameters = [
                Parameter(name, value=value).to_parameter_msg() for name, value in values.items()
            ]
            future = client.call_async(request)
            executor.spin_until_future_complete(future, timeout_sec=10.0)
            answer = future.result()
            if answer is None or not answer.result.successful:
                raise RuntimeError(f'{node} refuses: {answer and answer.result.reason}')
        finally:
            executor.remove_node(own)
            own.destroy_client(client)


def _timing(message: Any) -> dict[str, Any]:
    stamp = message.header.stamp
    return {
        'task': message.task,
        'stamp_ns': stamp.sec * 1_000_000_000 + stamp.nanosec,
        'age_ms': message.age_ms,
        'response_ms': message.response_ms,
        'outcome': message.outcome,
        'reason': message.reason,
        'stages': [[s.name, s.unit, s.start_ms, s.end_ms] for s in message.stages],
    }


def main() -> None:
    """Take commands until stdin is closed, and listen meanwhile."""
    observer = Observer()
    handlers = ('open', 'close', 'listen', 'unlisten', 'record', 'rest', 'heard', 'first', 'save')
    named = {name: getattr(observer, name) for name in (*handlers, 'timings', 'parameters')}
    Commands().serve(named, meanwhile=observer.drain, every_s=_LOOK_S)


if __name__ == '__main__':
    main()
