# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How this process handles Ctrl-C and SIGTERM, for whoever calls own code or waits long."""

from __future__ import annotations

from collections.abc import Callable

from edge_sched_ros.core.errors import EdgeSchedError


class StopAskedError(EdgeSchedError):
    """The process was asked to end while it loaded something."""


class _Interrupts:
    """Whether Ctrl-C raises KeyboardInterrupt in this process, as it does in a command."""

    raised = True
    #: whether the process was asked to end, where no signal raises
    asked: Callable[[], bool] = staticmethod(lambda: False)


_interrupts = _Interrupts()


def interrupts_do_not_raise(asked: Callable[[], bool] = lambda: False) -> None:
    """
    Note that signals are handled otherwise here: a KeyboardInterrupt is own code's error.

    :param asked: returns whether the process was asked to end
    """
    _interrupts.raised = False
    _interrupts.asked = asked


def interrupts_raise() -> bool:
    """Return whether a KeyboardInterrupt is the user's who ends a command."""
    return _interrupts.raised


def stop_asked() -> bool:
    """Return whether the process was asked to end, where signals do not raise."""
    return _interrupts.asked()
