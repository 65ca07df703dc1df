# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Stands in for nav2's lifecycle manager: the same calls in the same order, and its side of bonds.

As a program it takes the parameters of nav2's: ``node_names``, ``autostart``, ``bond_timeout``.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import rclpy
from bond.msg import Status
from lifecycle_msgs.msg import State
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from lifecycle_msgs.srv import GetState
from rclpy.node import Node

#: transition -> the state that must follow
_STATES = {
    Transition.TRANSITION_CONFIGURE: State.PRIMARY_STATE_INACTIVE,
    Transition.TRANSITION_ACTIVATE: State.PRIMARY_STATE_ACTIVE,
    Transition.TRANSITION_DEACTIVATE: State.PRIMARY_STATE_INACTIVE,
    Transition.TRANSITION_CLEANUP: State.PRIMARY_STATE_UNCONFIGURED,
    Transition.TRANSITION_UNCONFIGURED_SHUTDOWN: State.PRIMARY_STATE_FINALIZED,
}
SERVICE_S = 60.0


class Manager:
    """
    Brings nodes up and down.

    :param node: talks to them
    :param spin: lets callbacks run for a moment
    :param bond_timeout: 0 for no bonds
    """

    def __init__(self, node: Node, spin: Any, names: list[str], bond_timeout: float) -> None:
        self._node, self._spin, self._names = node, spin, names
        self._bond_timeout = bond_timeout
        #: node -> when its last heartbeat came, and what it said
        self._beats: dict[str, tuple[float, bool]] = {}
        self.said: list[tuple[str, bool]] = []
        self._publisher = node.create_publisher(Status, 'bond', 1)
        node.create_subscription(Status, 'bond', self._on_status, 10)

    def startup(self) -> str:
        """Configure and activate all; return what went wrong, empty when nothing did."""
        for transition in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE):
            for name in self._names:
                problem = self._change(name, transition)
                if problem:
                    return problem
        return ''

    def pause(self) -> str:
        """Deactivate all."""
        return self._all(Transition.TRANSITION_DEACTIVATE)

    def resume(self) -> str:
        """Activate all again."""
        return self._all(Transition.TRANSITION_ACTIVATE)

    def shutdown(self) -> str:
        """Take all down."""
        return (
            self._all(Transition.TRANSITION_DEACTIVATE)
            or self._all(Transition.TRANSITION_CLEANUP)
            or self._all(Transition.TRANSITION_UNCONFIGURED_SHUTDOWN)
        )

    def broken(self) -> list[str]:
        """Return the nodes whose bond is broken."""
        now_s = time.monotonic()
        return [
            name
            for name, (at_s, active) in self._beats.items()
            if not active or now_s - at_s > self._bond_timeout
        ]

    def _all(self, transition: int) -> str:
        for name in reversed(self._names):
            problem = self._change(name, transition)
            if problem:
                return problem
        return ''

    def _change(self, name: str, transition: int) -> str:
        request = ChangeState.Request(transition=Transition(id=transition))
        if not self._call(ChangeState, f'{name}/change_state', request).success:
            return f'Failed to change state for node: {name}'
        state = self._call(GetState, f'{name}/get_state', GetState.Request()).current_state.id
        if state != _STATES[transition]:
            return f'{name} is in state {state}'
        if transition == Transition.TRANSITION_ACTIVATE and self._bond_timeout:
            return self._form_bond(name)
        return ''

    def _form_bond(self, name: str) -> str:
        """Wait for a heartbeat, half as long as the time-out."""
        self._beats.pop(name, None)
        deadline = time.monotonic() + self._bond_timeout / 2
        while name not in self._beats:
            if time.monotonic() > deadline:
                return f'Server {name} was unable to be reached by bond'
            self._publisher.publish(Status(id=name, instance_id='manager', active=True))
            self._spin()
        return ''

    def _on_status(self, message: Status) -> None:
        if message.instance_id != 'manager':
            self._beats[message.id] = time.monotonic(), message.active
            self.said.append((message.instance_id, message.active))

    def _call(self, kind: Any, service: str, request: Any) -> Any:
        client = self._node.create_client(kind, service)
        deadline = time.monotonic() + SERVICE_S
        future = None
        while future is None or not future.done():
            assert time.monotonic() < deadline, service
            if future is None and client.service_is_ready():
                future = client.call_async(request)
            self._spin()
        self._node.destroy_client(client)
        return future.result()


def main() -> None:
    """Bring the nodes up, say so, take them down again."""
    rclpy.init()
    node = Node('lifecycle_manager')
    names = node.declare_parameter('node_names', ['']).value
    timeout = node.declare_parameter('bond_timeout', 4.0).value
    if not node.declare_parameter('autostart', False).value:
        sys.exit('nothing to do')
    manager = Manager(node, lambda: rclpy.spin_once(node, timeout_sec=0.05), names, timeout)
    print(manager.startup() or 'Managed nodes are active', flush=True)
    print(manager.shutdown() or 'Managed nodes have been shut down', flush=True)


if __name__ == '__main__':
    main()
