# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The state of a lifecycle node, and transitions that it does not allow."""

from __future__ import annotations

from typing import Any

from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.node import Node

from edge_sched_ros.core.brief import brief

UNCONFIGURED = 'unconfigured'
ACTIVE = 'active'


def state_of(node: Any) -> str:
    """Return the name of a lifecycle node's state."""
    return str(node._state_machine.current_state[1])


def refuse_impossible_transitions(node: Node) -> None:
    """
    Reject requests for transitions that the present state does not allow.

    rclpy raises the error of such a request by number out of ``spin``: a manager that configures a
    node which has configured itself would end the node.
    """
    for service in node.services:
        if service.srv_name.endswith('/change_state'):
            _guard(node, service)


def _guard(node: Node, service: Any) -> None:
    change = service.callback

    def answer(request: Any, response: Any) -> Any:
        try:
            return change(request, response)
        except rclpy_implementation.RCLError as error:
            reason = ' '.join(str(error).split())
            asked = brief(request.transition.label or request.transition.id)
            node.get_logger().warning(f'transition {asked} cannot be made now: {reason}')
            response.success = False
            return response

    service.callback = answer
