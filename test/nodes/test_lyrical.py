# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What the nodes take from rclpy's compiled part is in Lyrical's, which nanobind makes.

Its rules are those of the stub in rclpy's sources (``rclpy/impl/_rclpy_nanobind.pyi``): methods
take their arguments by position alone, and entities are told by their ``pointer``. ROS Lyrical
itself was not run.
"""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest

intake = pytest.importorskip('edge_sched_ros.nodes.intake')

NODES = Path(intake.__file__).parent
#: of the stub, what the nodes may use
STUB = {'RCLError', 'WaitSet'}


class _Entity:
    """A handle: a context manager with an address."""

    def __init__(self, pointer):
        self.pointer = pointer

    def __enter__(self):
        return None

    def __exit__(self, _kind, _error, _trace, /):
        return None


class _Subscription(_Entity):
    def __init__(self, pointer, waiting):
        super().__init__(pointer)
        self.waiting = waiting

    def take_message(self, _kind, raw, /):
        assert isinstance(raw, bool)
        return self.waiting.pop(0) if self.waiting else None


class _WaitSet(_Entity):
    def __init__(self, subscriptions, guards, timers, clients, services, events, context, /):
        assert (guards, timers, clients, services, events) == (1, 0, 0, 0, 0)
        super().__init__(1)
        self.room, self.added, self.end = subscriptions, [], None

    def clear_entities(self):
        self.added = []

    def add_guard_condition(self, handle, /):
        return handle.pointer

    def add_subscription(self, handle, /):
        self.added.append(handle)
        assert len(self.added) <= self.room

    def wait(self, timeout, /):
        assert isinstance(timeout, int)
        if not any(one.waiting for one in self.added):
            self.end()

    def get_ready_entities(self, kind, /):
        assert kind == 'subscription'
        return [one.pointer for one in self.added if one.waiting]


def test_the_nodes_use_nothing_else_of_the_compiled_part():
    used = {
        node.attr
        for file in NODES.rglob('*.py')
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
        and getattr(node.value, 'id', '') == 'rclpy_implementation'
    }
    assert used == STUB


def test_messages_are_taken_by_position_alone(monkeypatch):
    monkeypatch.setattr(intake, 'native_intake', lambda *_: None)
    info = {'publication_sequence_number': 7}
    handles = [_Subscription(10, [('a', info), ('b', info)]), _Subscription(11, [])]
    taken = []
    wake = SimpleNamespace(handle=_Entity(2), trigger=lambda: None)
    node = SimpleNamespace(
        context=SimpleNamespace(handle=_Entity(3), ok=lambda: True),
        create_guard_condition=lambda _call, callback_group: wake,
        destroy_guard_condition=lambda _wake: True,
    )
    taker = intake.Intake(node)

    def make(*arguments):
        waits = _WaitSet(*arguments)
        waits.end = taker.stop
        return waits

    monkeypatch.setattr(intake, 'rclpy_implementation', SimpleNamespace(WaitSet=make))
    for handle in handles:
        subscription = SimpleNamespace(handle=handle, msg_type=object, raw=True, topic_name='t')
        taker.add(subscription, lambda message: taken.append((message, taker.sequence)))
    taker._loop()
    assert taken == [('a', 7), ('b', 7)]


@pytest.mark.parametrize('name', ['subscriptions.py', 'eventless_publishers.py'])
def test_events_come_from_the_module_that_lyrical_has(name):
    # rclpy.qos_event only passes on what is in rclpy.event_handler, with a warning
    (tried,) = (
        node
        for node in ast.walk(ast.parse((NODES / name).read_text()))
        if isinstance(node, ast.Try)
        and any(getattr(one, 'module', '') == 'rclpy.event_handler' for one in node.body)
    )
    (after,) = tried.handlers
    assert [one.module for one in after.body] == ['rclpy.qos_event']


def test_the_nodes_use_nothing_that_kilted_calls_deprecated():
    """Lyrical may be without it: read off the wheel of rclpy 9.1.2, the release before."""
    found = []
    for file in NODES.rglob('*.py'):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                only_a_name = node.func.attr == 'declare_parameter' and len(node.args) < 2
                if only_a_name or node.func.attr == 'warn':
                    found.append(f'{file.name}:{node.lineno}: {node.func.attr}')
            if getattr(node, 'id', getattr(node, 'attr', '')) == 'QoSEventHandler':
                found.append(f'{file.name}:{node.lineno}: QoSEventHandler')
    assert not found
