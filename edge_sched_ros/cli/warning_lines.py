# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Warnings on standard error, so that standard output stays a result."""

from __future__ import annotations

from collections.abc import Sequence

import click

#: more say the same of equal devices
_MOST = 5


def show_warnings(lines: Sequence[str]) -> None:
    """Print the first lines, and how many there are beyond them."""
    for line in lines[:_MOST]:
        click.echo(f'warning: {line}', err=True)
    if len(lines) > _MOST:
        click.echo(f'warning: and {len(lines) - _MOST} more (all of them with --json)', err=True)
