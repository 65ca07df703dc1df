# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is said of messages that cannot be used: the same on DDS and for bags."""

from __future__ import annotations

from collections.abc import Callable

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.execution.frame import FrameError

#: things of one kind that are said of a topic: damaged messages may name a new one each
_MOST = 8
#: a message that is nothing like what its type promises
UNREADABLE = 'unreadable'


class Rejections:
    """
    Says once per topic what is wrong with its messages, and once for each encoding or format.

    :param say: takes a line
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        #: topic and reason -> what it was about
        self._said: dict[tuple[str, str], set[str]] = {}

    def note(self, topic: str, error: Exception) -> str:
        """
        Say what is wrong, if it is new; return the reason it is counted under.

        :param error: what came of looking at a message
        """
        if isinstance(error, FrameError):
            reason, about, text = error.reason, error.about, f'frame rejected: {error}'
        else:
            reason, about, text = UNREADABLE, '', f'message rejected: {brief_error(error)}'
        said = self._said.setdefault((topic, reason), set())
        if about not in said and len(said) < _MOST:
            said.add(about)
            last = len(said) == _MOST
            more = (
                f' (others of {reason} on this topic are only counted from now on)' if last else ''
            )
            self._say(f'{topic}: {text}{more}')
        return reason
