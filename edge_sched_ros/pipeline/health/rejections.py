# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Log lines on rejected messages: the same for DDS and bags."""

from __future__ import annotations

from collections.abc import Callable

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.execution.frame import FrameError

#: log lines per topic and reason: each damaged message may have a new cause
_MOST = 8
#: a message that does not match its type
UNREADABLE = 'unreadable'


class Rejections:
    """
    Logs once per topic what is wrong with its messages, and once for each encoding or format.

    :param say: called with a line
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        #: topic and reason -> details already logged
        self._said: dict[tuple[str, str], set[str]] = {}

    def note(self, topic: str, error: Exception) -> str:
        """
        Log the problem, if it is new; return the reason under which it is counted.

        :param error: the error of a message
        """
        if isinstance(error, FrameError):
            reason, about, text = error.reason, error.about, f'frame rejected: {error}'
        else:
            reason, about, text = UNREADABLE, '', f'message rejected: {brief_error(error)}'
        said = self._said.setdefault((topic, reason), set())
        if about not in said and len(said) < _MOST:
            said.add(about)
            last = len(said) == _MOST
            more = f' (further cases of {reason} on this topic are only counted)' if last else ''
            self._say(f'{topic}: {text}{more}')
        return reason
