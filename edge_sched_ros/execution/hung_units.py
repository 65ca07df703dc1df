# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Log lines on units that hang and recover."""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Mapping

from edge_sched_ros.core.hung_calls import HungCall

_log = logging.getLogger(__name__)


class HungUnits:
    """Records which calls hang; used only by the holder of the dispatcher's lock."""

    def __init__(self) -> None:
        #: by job
        self._hung: dict[int, HungCall] = {}

    def __bool__(self) -> bool:
        """Whether any call hung at the last check."""
        return bool(self._hung)

    def report(
        self, calls: Mapping[int, HungCall], why_off: Callable[[str], str], now_ns: int
    ) -> list[tuple[int, str]]:
        """
        Return a level and a line for every call that has hung or returned since the last check.

        :param calls: the calls that hang now
        :param why_off: returns why a task starts nothing
        :param now_ns: the present time of the dispatcher
        """
        lines = [
            (logging.WARNING, _back(call, now_ns))
            for job, call in self._hung.items()
            if job not in calls
        ]
        lines += [
            (logging.ERROR, _hangs(call, why_off(call.task), now_ns))
            for job, call in calls.items()
            if job not in self._hung
        ]
        self._hung = dict(calls)
        return lines


def say(lines: list[tuple[int, str]]) -> None:
    """Write lines to the log."""
    for level, line in lines:
        _log.log(level, '%s', line)


def _hangs(call: HungCall, why_off: str, now_ns: int) -> str:
    usual = (
        f'it usually takes {call.usual_ns / 1e6:.3g} ms'
        if call.usual_ns > 0
        else 'its cost is not known'
    )
    unit = (
        'the unit goes on with a new thread'
        if call.abandoned
        else 'nothing is started on the unit until that ends'
    )
    when = why_off.rpartition('; ')[2] or 'off'
    return (
        f'unit {call.unit}: hung: {call.task}/{call.stage} has run for '
        f'{_seconds(call, now_ns)} ({usual}); {unit}; {call.task} is {when}'
    )


def _back(call: HungCall, now_ns: int) -> str:
    return (
        f'unit {call.unit}: back after {_seconds(call, now_ns)}; it was hung in '
        f'{call.task}/{call.stage}, whose result is not used'
    )


def _seconds(call: HungCall, now_ns: int) -> str:
    return f'{(now_ns - call.started_ns) / 1e9:.3g} s'
