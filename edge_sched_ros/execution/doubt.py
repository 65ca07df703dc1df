# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a program finds suspicious about its results."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.core.brief import brief

#: longest text of a doubt
MOST_OF_A_DOUBT = 400


def doubt_of(program: Any) -> str:
    """
    Return the ``doubt`` of a program; empty if it has none or cannot tell. It never raises.

    :param program: own code may have no such attribute, or one that raises
    """
    try:
        return doubt_text(getattr(program, 'doubt', ''))
    except BaseException:
        # own code may raise SystemExit, too; no result depends on its doubt
        return ''


def doubt_text(doubt: object) -> str:
    """Return a doubt as one line; empty if it is no text."""
    return brief(doubt, MOST_OF_A_DOUBT) if isinstance(doubt, str) else ''
