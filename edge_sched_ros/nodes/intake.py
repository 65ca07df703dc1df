# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A thread that takes messages of a few topics, separate from the node's executor."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.node import Node

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.nodes.native_intake import native_intake
from edge_sched_ros.nodes.native_intake import NativeIntake

_log = logging.getLogger(__name__)

#: how soon the end of the context is noticed while no messages arrive
_LOOK_NS = 200_000_000
#: a middleware without numbers gives this one
_NO_SEQUENCE = 2**64 - 1


class _OutsideExecutor(ReentrantCallbackGroup):
    """A callback group that the executor ignores."""

    def can_execute(self, entity: Any) -> bool:
        return False


class Intake:
    """
    Waits for frames, with nothing else in its wait set.

    rclpy's executor visits every entity of the node in Python each time it waits, which costs more
    than taking an image. This thread waits only for the subscriptions that bring frames; the
    latest message of others is taken on demand (:meth:`latest`), and does not wake the thread.

    :param node: the node that owns the subscriptions
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self.group = _OutsideExecutor()
        self._handlers: list[tuple[Any, Callable[[Any], None]]] = []
        self._stopping = False
        #: number of the message being handled among those of its publisher; ``None`` without
        self.sequence: int | None = None
        #: topics with a message that could not be taken
        self._failed: set[str] = set()
        self._wake = node.create_guard_condition(lambda: None, callback_group=self.group)
        self._thread = threading.Thread(target=self._loop, name='intake', daemon=True)

    def add(self, subscription: Any, handle: Callable[[Any], None]) -> None:
        """Register the handler of a subscription's messages; call it before ``start``."""
        self._handlers.append((subscription, handle))

    def start(self) -> None:
        """Start taking messages."""
        self._thread.start()

    def stop(self) -> None:
        """Stop taking messages; returns when the thread has ended."""
        self._stopping = True
        self._wake.trigger()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()
        self._node.destroy_guard_condition(self._wake)

    def _loop(self) -> None:
        context = self._node.context
        try:
            count = len(self._handlers)
            waits = rclpy_implementation.WaitSet(count, 1, 0, 0, 0, 0, context.handle)
            with waits:
                self._take_all(waits)
        except Exception:
            if context.ok() and not self._stopping:
                _log.exception('internal error: no more frames will be received')

    def _take_all(self, waits: Any) -> None:
        context = self._node.context
        native = native_intake(waits, self._wake, [one for one, _ in self._handlers])
        if native is None:
            while not self._stopping and context.ok():
                self._take(waits)
            return
        try:
            while not self._stopping and context.ok():
                self._take_natively(native)
        finally:
            native.close()

    def _take_natively(self, native: NativeIntake) -> None:
        for taken in native.take(_LOOK_NS):
            subscription, handle = self._handlers[taken.subscription]
            if taken.message is None:
                self._tell_failure(subscription, taken.problem)
            elif not self._stopping:
                self.sequence = _known_sequence(taken.sequence)
                handle(taken.message)

    def _take(self, waits: Any) -> None:
        waits.clear_entities()
        waits.add_guard_condition(self._wake.handle)
        for subscription, _ in self._handlers:
            waits.add_subscription(subscription.handle)
        waits.wait(_LOOK_NS)
        ready = waits.get_ready_entities('subscription')
        for subscription, handle in self._handlers:
            if subscription.handle.pointer in ready and not self._stopping:
                self._hand_on(subscription, handle)

    def _hand_on(self, subscription: Any, handle: Callable[[Any], None]) -> None:
        try:
            taken = _take(subscription)
        except Exception as error:
            self._tell_failure(subscription, brief_error(error))
            return
        if taken is not None:
            message, info = taken
            self.sequence = _sequence(info)
            handle(message)

    def _tell_failure(self, subscription: Any, problem: str) -> None:
        # a message that cannot be taken must not stop the frames of other topics
        topic = subscription.topic_name
        if topic not in self._failed:
            self._failed.add(topic)
            _log.error('%s: a message could not be taken: %s', topic, problem)


def latest(subscription: Any) -> Any:
    """Return the message waiting in a subscription, or ``None``."""
    taken = _take(subscription)
    return None if taken is None else taken[0]


def _take(subscription: Any) -> tuple[Any, Any] | None:
    found: tuple[Any, Any] | None = subscription.handle.take_message(
        subscription.msg_type, subscription.raw
    )
    return found


def _sequence(info: Any) -> int | None:
    """Return the publisher's number of a message; Humble and some middlewares give none."""
    number = info.get('publication_sequence_number') if isinstance(info, dict) else None
    return _known_sequence(number)


def _known_sequence(number: Any) -> int | None:
    return number if isinstance(number, int) and 0 < number < _NO_SEQUENCE else None
