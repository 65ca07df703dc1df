# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the dispatcher and the policies are compiled (``dev/compile_core.py``)."""

from __future__ import annotations

from pathlib import Path

from edge_sched_ros.core import dispatcher


def why_not() -> str:
    """
    Return why they are not compiled; empty where they are.

    Either way they decide the same.
    """
    file = dispatcher.__file__ or ''
    if not file.endswith('.py'):
        return ''
    # an interpreter does not see the modules of another one
    for other in sorted(Path(file).parent.glob('dispatcher.*.so')):
        return f'was compiled for another Python ({other.name}): install the wheel of this one'
    return 'was not compiled: install mypy and a C compiler, and build with EDGE_SCHED_COMPILED=1'
