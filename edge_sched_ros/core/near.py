# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Suggestions for mistyped names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """
    Return the end of a message about an unknown name; empty when no known name is similar.

    Case and dashes for underscores are ignored, so that ``EDF`` is similar to ``edf``.
    """
    plain = {_plain(one): one for one in reversed(list(known))}
    close = difflib.get_close_matches(_plain(name), plain, n=1)
    return f"; did you mean '{plain[close[0]]}'?" if close else ''


def _plain(name: str) -> str:
    return name.casefold().replace('-', '_')
