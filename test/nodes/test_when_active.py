# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What waits for an active node: begins when it is, ends when it never will be."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from children import started
from children import TIMEOUT_S
from children import wait_until
from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState
from rclpy.lifecycle import LifecycleNode

from edge_sched_ros.nodes.when_active import Waiter

pytestmark = pytest.mark.ros


@pytest.fixture
def wait_on(bench):
    """Return a function that makes a waiter, and one that asks until something is so."""

    def make(name):
        waiter = bench.add(Waiter(name, context=bench.context))

        def until(condition, what):
            def asked():
                waiter.ask()
                return condition(waiter)

            bench.wait_for(asked, what)

        return waiter, until

    return make


def test_it_waits_for_activation(bench, start, wait_on):
    node = start(autostart=False)
    waiter, until = wait_on('/scheduler')
    asked = []
    until(lambda w: asked.append(w._answer) or any(a and a.done() for a in asked), 'an answer')
    assert not waiter.active
    node.trigger_configure()
    node.trigger_activate()
    until(lambda w: w.active, 'activation')
    assert waiter.problem == ''


def test_a_node_that_cannot_be_configured_ends_the_wait_with_its_reason(start, wait_on):
    start('-r', '__ns:=/robot', detector__network='/nowhere.yaml')
    # another node of that name, elsewhere, says nothing about this one
    other, _ = wait_on('/elsewhere/scheduler')
    waiter, until = wait_on('/robot/scheduler')
    until(lambda w: w.problem, 'the reason')
    assert waiter.problem.startswith(
        "cannot be configured: detector.network: there is no file '/nowhere.yaml'"
    )
    assert not waiter.active and not other.problem


def test_any_lifecycle_node_will_do(bench, wait_on):
    node = bench.add(LifecycleNode('camera', context=bench.context))
    _, until = wait_on('camera')
    node.trigger_configure()
    node.trigger_activate()
    until(lambda w: w.active, 'activation')
    state = bench.call(GetState, '/camera/get_state', GetState.Request()).current_state
    assert state.id == State.PRIMARY_STATE_ACTIVE


_COMMAND = [sys.executable, '-m', 'edge_sched_ros.nodes.when_active']


def _run(*arguments):
    command = [*_COMMAND, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_it_does_not_wait_for_ever():
    outcome = _run('/nobody', '--timeout', '0.3', '--', 'echo', 'too', 'early')
    assert (outcome.returncode, outcome.stdout) == (2, '')
    assert outcome.stderr.strip() == 'when_active: /nobody: is not active after 0.3 s'


def test_a_command_is_needed():
    assert 'the following arguments are required: command' in _run('/scheduler').stderr


def _catches(pid, number):
    """Return whether a process handles a signal by now."""
    (caught,) = (
        line.split()[1]
        for line in Path(f'/proc/{pid}/status').read_text().splitlines()
        if line.startswith('SigCgt:')
    )
    return int(caught, 16) >> (number - 1) & 1


@pytest.mark.skipif(not Path('/proc/self/status').exists(), reason='needs /proc')
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_wait_with_what_shells_say_of_it(number):
    with started([*_COMMAND, '/nobody', '--', 'echo', 'never'], stdout=subprocess.PIPE) as waiter:
        # the last that is handled; SIGINT is Python's from the start
        wait_until(lambda: _catches(waiter.pid, signal.SIGHUP), 'its handlers')
        waiter.send_signal(number)
        out, _ = waiter.communicate(timeout=TIMEOUT_S)
    assert (waiter.returncode, out) == (128 + number, b'')
