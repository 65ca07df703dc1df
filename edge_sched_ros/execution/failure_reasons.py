# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The short codes under which the errors of a task's code are counted.

The code of a user may raise anything: an exception whose ``reason`` cannot be hashed, raises when
it is read, or is another text for every frame. A code is a key of the ledger, of the status and of
the log, so reading it never fails, and a task has only so many different ones.
"""

from __future__ import annotations

import re
import threading

#: maximum number of different codes of one task; the errors of all others count as OTHER
MOST_REASONS = 32
#: the code of errors beyond the maximum
OTHER = 'other_error'
#: the code of an error that does not even have a readable type
UNREADABLE = 'unreadable_error'
_LONGEST = 64
#: form of a code
_CODE = re.compile(r'\w{1,64}', re.ASCII)
_NO_CODE = re.compile(r'\W+', re.ASCII)


class FailureReasons:
    """Gives the code of each error, and bounds the number of codes per task; thread-safe."""

    def __init__(self, most: int = MOST_REASONS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: dict[str, set[str]] = {}

    def of(self, task: str, error: BaseException) -> str:
        """Return the code under which an error of a task is counted; it never raises."""
        code = code_of(error)
        with self._lock:
            known = self._known.setdefault(task, set())
            if code not in known and len(known) >= self._most:
                return OTHER
            known.add(code)
        return code


def code_of(error: BaseException) -> str:
    """Return the ``reason`` of an error if it is a code, else the name of its type."""
    try:
        return _own_code(getattr(error, 'reason', None)) or _name_of(type(error))
    except BaseException:
        # attributes of a user's own error may raise anything
        pass
    try:
        return _name_of(type(error))
    except BaseException:
        # attributes of a user's own error may raise anything
        return UNREADABLE


def _own_code(reason: object) -> str:
    if not isinstance(reason, str):
        return ''
    # exactly a str: a subclass may have a hash or a comparison that raises
    text = str.__getitem__(reason, slice(0, _LONGEST + 1))
    return text if _CODE.fullmatch(text) else ''


def _name_of(kind: type) -> str:
    name = str.__getitem__(kind.__name__, slice(0, _LONGEST))
    return _NO_CODE.sub('_', name) or UNREADABLE
