# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""In-process rclpy for tests: a context of its own, and waiting for conditions."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable
from typing import Any

import rclpy
from children import TIMEOUT_S
from domains import domain
from rcl_interfaces.srv import SetParameters
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image


class Bench:
    """A ROS context with the nodes under test and one that watches them."""

    def __init__(self, domain_id: int | None = None) -> None:
        self.context = rclpy.Context()
        self.domain_id = domain_id or domain()
        rclpy.init(context=self.context, domain_id=self.domain_id)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.nodes: list[Node] = []
        self.watcher = self.add(Node('watcher', context=self.context))
        self._publishers: dict[str, Any] = {}

    def add(self, node: Node) -> Node:
        """Spin a node from now on."""
        self.executor.add_node(node)
        self.nodes.append(node)
        return node

    def close(self) -> None:
        """End everything."""
        self.executor.shutdown()
        for node in self.nodes:
            node.destroy_node()
        rclpy.try_shutdown(context=self.context)

    def wait_for(self, condition: Callable[[], Any], what: str = 'it') -> Any:
        """Spin until a condition holds and return what it returns."""
        deadline = time.monotonic() + TIMEOUT_S
        while not (value := condition()):
            assert time.monotonic() < deadline, f'{what} has not come'
            self.executor.spin_once(timeout_sec=0.02)
        return value

    def call(self, kind: Any, name: str, request: Any) -> Any:
        """Call a service and return its response."""
        client = self.watcher.create_client(kind, name)
        self.wait_for(client.service_is_ready, name)
        future = client.call_async(request)
        self.wait_for(future.done, name)
        return future.result()

    def listen(self, kind: Any, topic: str, *, latched: bool = False) -> list[Any]:
        """Return a list that fills with a topic's messages."""
        heard: list[Any] = []
        qos = QoSProfile(depth=50)
        if latched:
            qos.durability = DurabilityPolicy.TRANSIENT_LOCAL
        self.watcher.create_subscription(kind, topic, heard.append, qos)
        self.wait_for(lambda: self.watcher.count_publishers(topic), topic)
        return heard

    def publish(self, topic: str, message: Any) -> None:
        """Publish a message once somebody listens."""
        if topic not in self._publishers:
            self._publishers[topic] = self.watcher.create_publisher(type(message), topic, 5)
        publisher = self._publishers[topic]
        self.wait_for(publisher.get_subscription_count, f'a subscriber of {topic}')
        publisher.publish(message)

    def publish_bytes(self, topic: str, serialized: bytes | bytearray) -> None:
        """Publish a serialized message, damaged perhaps, on a topic published on before."""
        self._publishers[topic].publish(bytes(serialized))


def image(stamp_ms: int, *, width: int = 32, height: int = 32, **fields: Any) -> Image:
    """Return a grey image; ``fields`` spoil it."""
    message = Image(width=width, height=height, encoding='bgr8', step=3 * width)
    message.header.frame_id = 'lens'
    message.header.stamp.sec, rest = divmod(stamp_ms, 1000)
    message.header.stamp.nanosec = rest * 1_000_000
    message.data = array('B', bytes(3 * width * height))
    for name, value in fields.items():
        setattr(message, name, value)
    return message


def state_of(node: Any) -> str:
    """Return the name of a lifecycle node's state."""
    return str(node._state_machine.current_state[1])


def set_parameters(bench: Bench, atomically: bool = False, **values: Any) -> Any:
    """Set parameters of the scheduler by service; ``__`` stands for a dot."""
    parameters = [
        Parameter(name.replace('__', '.'), value=value).to_parameter_msg()
        for name, value in values.items()
    ]
    if atomically:
        response = bench.call(
            SetParametersAtomically,
            'scheduler/set_parameters_atomically',
            SetParametersAtomically.Request(parameters=parameters),
        )
        return response.result
    request = SetParameters.Request(parameters=parameters)
    return bench.call(SetParameters, 'scheduler/set_parameters', request).results[0]
