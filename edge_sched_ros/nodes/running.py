# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Running nodes until a signal, with time for a clean shutdown."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TypeVar

import rclpy
from rclpy.exceptions import ParameterException
from rclpy.executors import ExternalShutdownException
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import remove_ros_args

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import MOST_OF_AN_ERROR
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.execution.leaving import leave
from edge_sched_ros.nodes.process_tuning import tune_process
from edge_sched_ros.pipeline.settings.node_help import NodeHelp
from edge_sched_ros.pipeline.settings.parameter_file import read_parameters
from edge_sched_ros.plugins.interrupts import interrupts_do_not_raise

NodeKind = TypeVar('NodeKind', bound=Node)
#: exit code for input that cannot be used
BAD_INPUT = 2
#: how soon a signal is noticed while nothing else happens
_LOOK_S = 0.2


class InterruptibleExecutor(SingleThreadedExecutor):
    """
    Spins until SIGINT, SIGTERM or SIGHUP, and leaves the context valid.

    rclpy's own handlers shut the context down at once, so the node could not publish even that it
    stops.
    """

    def __init__(self) -> None:
        super().__init__()
        #: the signal received; 0 before
        self.signal = 0

    @property
    def interrupted(self) -> bool:
        """Whether a signal was received."""
        return bool(self.signal)

    def interrupt(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal."""
        self.signal = number

    def spin(self) -> None:
        """Execute callbacks until interrupted."""
        while not self.interrupted and self.context.ok():
            self.spin_once(timeout_sec=_LOOK_S)


@contextmanager
def running() -> Iterator[InterruptibleExecutor]:
    """
    Initialise ROS, yield an executor, shut down; signals end it cleanly.

    :raises ConfigError: for ROS arguments or a parameter file that cannot be used
    """
    try:
        rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    except RuntimeError as error:
        raise _why_not(str(error)) from None
    executor = InterruptibleExecutor()
    interrupts_do_not_raise(asked=lambda: executor.interrupted)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, executor.interrupt)
    # a node under nohup outlives the terminal it was started in
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, executor.interrupt)
    try:
        yield executor
    except ExternalShutdownException:
        pass
    finally:
        executor.shutdown()
        rclpy.try_shutdown()


def own_arguments(program: str, words: Sequence[str]) -> list[str]:
    """
    Return the words of a command without those of ROS.

    Ends the program with one line when ROS cannot use its own.

    :param words: without the program's
    """
    with one_line(program):
        try:
            return list(remove_ros_args(['', *words])[1:])
        except RuntimeError as error:
            raise _why_not(str(error)) from None


def _why_not(text: str) -> ConfigError:
    """Return what is wrong with the arguments; rcl's own text says little."""
    text = re.sub(r',? at \S+:\d+', '', ' '.join(text.split())).removesuffix(' ,')
    found = re.search(r"Couldn't parse params file: '--params-file (.+?)'\. Error: (.+)", text)
    if found is None:
        return ConfigError('', text)
    file, problem = found.groups()
    try:
        read_parameters(Path(file))
    except ConfigError as error:
        return error
    if 'parsing a event' in problem:
        # older libyaml cannot read what PyYAML has just read
        problem += ' (inside braces, texts with a colon in them need quotes)'
    return ConfigError(file, problem)


def new_node(make: Callable[[], NodeKind]) -> NodeKind:
    """
    Return a new node.

    :raises ConfigError: for a wrong value of a parameter that every node has (``use_sim_time``)
    """
    try:
        return make()
    except ParameterException as error:
        # rclpy ends its text with the parameter's name
        text, _, name = str(error).rpartition(': ')
        raise ConfigError(name, text) from None


@contextmanager
def one_line(name: str) -> Iterator[None]:
    """End the program with one line on stderr when its input cannot be used."""
    try:
        yield
    except EdgeSchedError as error:
        print(f'{name}: {brief(error, MOST_OF_AN_ERROR)}', file=sys.stderr, flush=True)
        sys.exit(BAD_INPUT)


def run_node(
    described: NodeHelp,
    make: Callable[[], NodeKind],
    begin: Callable[[NodeKind], object] = lambda _node: None,
) -> None:
    """
    Run a node until SIGINT, SIGTERM or SIGHUP; end with one line when it cannot be made.

    :param described: what ``--help`` prints
    :param begin: called with the node before it spins
    """
    if {'-h', '--help'} & set(sys.argv[1:]):
        print(described.text(), end='')
        return
    tune_process()
    with one_line(described.name), running() as executor:
        node = new_node(make)
        executor.add_node(node)
        try:
            begin(node)
            executor.spin()
        finally:
            node.destroy_node()
    leave(0)
