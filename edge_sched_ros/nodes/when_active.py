# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Waits until a lifecycle node is active and then becomes another command.

For commands whose messages a node would miss before it is active: ``when_active /scheduler -- ros2
bag play BAG``. It calls the node's services: transition events are published only once, and a late
subscriber would wait for ever.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState
from rclpy.node import Node

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.nodes.arguments import OneLineParser
from edge_sched_ros.nodes.running import BAD_INPUT
from edge_sched_ros.nodes.running import one_line
from edge_sched_ros.nodes.running import own_arguments
from edge_sched_ros.nodes.running import running
from edge_sched_ros.pipeline.health.status_messages import CANNOT_BE_CONFIGURED
from edge_sched_ros.pipeline.health.status_messages import status_name

#: how often the state is requested
_ASK_S = 0.1
#: how long to wait for an answer before asking again
_ANSWER_S = 2.0
#: shells add this to the number of the signal that ended a command
_ENDED_BY = 128


class Waiter(Node):
    """
    Watches whether a lifecycle node is active, and why it cannot become so.

    :param name: of the node, absolute or relative to this one's namespace
    """

    def __init__(self, name: str, **arguments: Any) -> None:
        super().__init__('when_active', **arguments)
        self._name = name if name.startswith('/') else f'{self.get_namespace().rstrip("/")}/{name}'
        self._client = self.create_client(GetState, f'{self._name}/get_state')
        self._answer: Any = None
        self._asked_s = 0.0
        #: whether it is active
        self.active = False
        #: why it cannot be configured, once it says so
        self.problem = ''
        self.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 10)

    def ask(self) -> None:
        """Request the state, unless an answer is pending."""
        if self._answer is not None:
            if self._answer.done():
                answer = self._answer.result()
                self.active = answer.current_state.id == State.PRIMARY_STATE_ACTIVE
            elif time.monotonic() - self._asked_s < _ANSWER_S:
                return
            self._client.remove_pending_request(self._answer)
            self._answer = None
        elif self._client.service_is_ready():
            self._answer = self._client.call_async(GetState.Request())
            self._asked_s = time.monotonic()

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            said = status.message.startswith(CANNOT_BE_CONFIGURED)
            if said and status.name == status_name(self._name, 'node'):
                self.problem = status.message


def _arguments() -> argparse.Namespace:
    parser = OneLineParser(
        'when_active',
        description='Wait until a lifecycle node is active, then run a command in place of this '
        'one. Ends with the reason when the node says that it cannot be configured.',
    )
    parser.add_argument('node', help='name of the lifecycle node, e.g. /scheduler')
    parser.add_argument('command', help='the command to run, and its arguments, after --')
    parser.add_argument(
        '--timeout',
        type=float,
        default=600.0,
        metavar='SECONDS',
        help='maximum time to wait (%(default)s)',
    )
    own, _, command = _parted(sys.argv[1:])
    # rclpy reads them too: ROS arguments after -- are the command's
    sys.argv[1:] = own
    own = own_arguments('when_active', own)
    arguments = parser.parse_args([*own, *command[:1]])
    arguments.command = command
    return arguments


def _parted(words: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Return what is before the first ``--``, the ``--``, and what is after it."""
    at = words.index('--') if '--' in words else len(words)
    return words[:at], words[at : at + 1], words[at + 1 :]


def _wait(arguments: argparse.Namespace) -> int:
    """
    Wait; return 0 when the node is active, or the number of a signal that came first.

    :raises ConfigError: when it cannot become active, or not in time
    """
    deadline = time.monotonic() + arguments.timeout
    with running() as executor:
        waiter = Waiter(arguments.node)
        executor.add_node(waiter)
        try:
            while not waiter.active and not executor.interrupted:
                if waiter.problem:
                    raise ConfigError(arguments.node, waiter.problem)
                if time.monotonic() > deadline:
                    raise ConfigError(
                        arguments.node, f'is not active after {arguments.timeout:g} s'
                    )
                waiter.ask()
                executor.spin_once(timeout_sec=_ASK_S)
        finally:
            waiter.destroy_node()
        return 0 if waiter.active else executor.signal


def main() -> None:
    """Wait, then become the command."""
    arguments = _arguments()
    with one_line('when_active'):
        ended_by = _wait(arguments)
    if ended_by:
        sys.exit(_ENDED_BY + ended_by)
    try:
        os.execvp(arguments.command[0], arguments.command)
    except OSError as error:
        print(f'when_active: {arguments.command[0]}: {error.strerror}', file=sys.stderr)
        sys.exit(BAD_INPUT)


if __name__ == '__main__':
    main()
