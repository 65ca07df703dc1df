# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Waits for frames and takes them without holding the interpreter."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any
from typing import NamedTuple

from edge_sched_ros.native.loading import extension


class Taken(NamedTuple):
    """
    What came of a subscription that had a message.

    :param subscription: number of the subscription
    :param message: the serialized message, uncopied; ``None`` when it could not be taken
    :param sequence: its number among those of its publisher
    :param problem: why it could not be taken
    """

    subscription: int
    message: memoryview | None
    sequence: int
    problem: str


class NativeIntake:
    """
    Takes the messages of a few subscriptions, all of serialized messages.

    :param intake: of the extension module
    :param used: keeps the entities of rclpy alive until it is closed
    """

    def __init__(self, intake: Any, used: ExitStack) -> None:
        self._intake = intake
        self._used = used

    def take(self, timeout_ns: int) -> list[Taken]:
        """
        Wait for messages and take one of each subscription.

        :raises RuntimeError: with the words of rcl, when it cannot wait
        """
        return [
            Taken(number, None if message is None else memoryview(message), sequence, problem)
            for number, message, sequence, problem in self._intake.take(timeout_ns)
        ]

    def close(self) -> None:
        """Let the entities be destroyed."""
        self._used.close()


def native_intake(waits: Any, wake: Any, subscriptions: Sequence[Any]) -> NativeIntake | None:
    """
    Return what takes the messages natively; ``None`` where the interpreter has to.

    :param waits: a wait set of rclpy with room for the subscriptions and one guard condition
    :param wake: the guard condition that ends a wait
    """
    native = extension()
    if native is None or native.why_no_rcl() or not all(one.raw for one in subscriptions):
        return None
    handles = [one.handle for one in subscriptions]
    with ExitStack() as used:
        for handle in (wake.handle, *handles):
            used.enter_context(handle)
        addresses = [handle.pointer for handle in handles]
        intake = native.Intake(waits.pointer, wake.handle.pointer, addresses)
        return NativeIntake(intake, used.pop_all())
