# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the dispatcher and the policies are compiled (``dev/compile_core.py``)."""

from __future__ import annotations

from edge_sched_ros.core import dispatcher


def why_not() -> str:
    """
    Return why they are not compiled; empty where they are.

    Either way they decide the same.
    """
    if not (dispatcher.__file__ or '').endswith('.py'):
        return ''
    return 'was not compiled: install mypy and a C compiler, and build with EDGE_SCHED_COMPILED=1'
