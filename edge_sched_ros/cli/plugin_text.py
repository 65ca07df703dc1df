# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The description of one plug-in as text and as JSON."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from edge_sched_ros.plugins.description import Description
from edge_sched_ros.plugins.options import Option
from edge_sched_ros.plugins.own_code import is_reference
from edge_sched_ros.reporting.layout import output_console
from edge_sched_ros.reporting.layout import show_line
from edge_sched_ros.reporting.layout import show_table

_COLUMNS = ('option', 'default', 'may be', 'what it does')


def show(one: Description) -> None:
    """Print a plug-in with its options."""
    console = output_console()
    show_line(f'{one.kind} {one.name}{_origin(one)}', console)
    if one.text:
        show_line(one.text, console)
    if not one.options:
        return
    show_line(f'set by {one.set_by}:', console)
    rows = [(o.name, _text(o.default), o.allowed, o.description) for o in one.options]
    show_table(_COLUMNS, rows, console, left=len(_COLUMNS))


def as_data(one: Description) -> dict[str, Any]:
    """Return a plug-in with its options for JSON, which has no infinite numbers."""
    return {**asdict(one), 'options': [_option(option) for option in one.options]}


def _option(one: Option) -> dict[str, Any]:
    data = asdict(one)
    for key in ('minimum', 'maximum'):
        data[key] = data[key] if math.isfinite(data[key]) else None
    return data


def _origin(one: Description) -> str:
    if is_reference(one.name):
        return ''
    return f', of {one.origin}' if one.origin else ', built in'


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
