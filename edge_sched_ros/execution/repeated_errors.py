# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Errors that come with every frame, in a few lines of the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from edge_sched_ros.core.brief import brief_error

#: a kind of error is told once in so long, seconds
_PERIOD_S = 10.0
#: kinds told apart: classes made at run time must not fill the memory
_MOST_KINDS = 64


@dataclass(slots=True)
class _Kind:
    """Errors of one class from one source; ``untold`` since the line at ``told_s``."""

    told_s: float
    untold: int = 0


class RepeatedErrors:
    """
    Logs the first error of each kind with its traceback, and then one line in ten seconds.

    A kind is a source and a class of errors. Its user holds a lock around every call.

    :param log: where the lines go
    :param clock_s: seconds that only grow
    """

    def __init__(self, log: logging.Logger, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock_s = clock_s
        self._kinds: dict[tuple[str, str], _Kind] = {}

    def tell(self, source: str, what: str, error: BaseException) -> None:
        """
        Log an error, or count it for the next line of its kind.

        :param source: where it came from, first in the line
        :param what: what failed
        """
        key = (source, type(error).__name__)
        if key not in self._kinds and len(self._kinds) >= _MOST_KINDS:
            key = ('', '')
        now_s, kind = self._clock_s(), self._kinds.get(key)
        if kind is None:
            self._kinds[key] = _Kind(now_s)
            self._log.error('%s: %s: %s', source, what, brief_error(error), exc_info=error)
        elif now_s - kind.told_s < _PERIOD_S:
            kind.untold += 1
        else:
            more = f' ({kind.untold} more since the last line)' if kind.untold else ''
            kind.told_s, kind.untold = now_s, 0
            self._log.error('%s: %s: %s%s', source, what, brief_error(error), more)

    def tell_rest(self) -> None:
        """Log how many errors of each kind have not been told."""
        for (source, name), kind in self._kinds.items():
            if kind.untold:
                of = f'{source}: {name}' if source else 'other errors'
                self._log.error('%s: %d more since the last line', of, kind.untold)
                kind.untold = 0
