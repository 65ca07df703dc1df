# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Subcommands of installed packages."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from typing import Any

import click

from edge_sched_ros.cli import commands
from edge_sched_ros.plugins.kind import Kind
from edge_sched_ros.plugins.registry import Registry


def _built_in() -> Mapping[str, str]:
    """Return the modules of this package's subcommands, which are imported when they run."""
    found = pkgutil.iter_modules(commands.__path__)
    return {one.name: f'{commands.__name__}.{one.name}' for one in found}


def _requirement(found: Any) -> str:
    if isinstance(found, click.Command):
        return ''
    return f'is not a click.Command but of type {type(found).__name__}'


#: where subcommands are found; those of this package are modules with a ``COMMAND``
COMMANDS: Registry[Any] = Registry(Kind('command', 'commands', _requirement), _built_in)
