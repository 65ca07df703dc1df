# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The lines of diagnostics on what is compiled."""

from __future__ import annotations

from edge_sched_ros.core.compiled import why_not
from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import OK


def native_health(reason: str) -> list[Health]:
    """
    Return one line; never a warning, because the results are the same without it.

    :param reason: why it is not used; empty where it is
    """
    text = f'not used: it {reason}' if reason else 'in use'
    return [Health('native data path', OK, text, 'scheduler')]


def core_health() -> list[Health]:
    """Return one line on whether dispatcher and policies are compiled; they decide the same."""
    reason = why_not()
    return [
        Health('dispatcher', OK, f'in Python: it {reason}' if reason else 'compiled', 'scheduler')
    ]
