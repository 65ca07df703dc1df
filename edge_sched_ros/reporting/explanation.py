# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What limits a result, and what would change it, for people."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from edge_sched_ros.reporting.layout import show_line
from edge_sched_ros.reporting.layout import show_pairs


def show_explanation(found: dict[str, Any], console: Console) -> None:
    """
    Print the binding constraint, and a line for each change.

    :param found: ``binding`` and ``changes`` in the form of the commands' JSON
    """
    show_line(f'what limits: {found["binding"]}', console)
    if found['changes']:
        show_line('what would change it:', console)
        pairs = ((one['change'], one['result']) for one in found['changes'])
        show_pairs(pairs, console, indent='  ')
