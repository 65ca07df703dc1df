# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched doctor``: what this machine has to compute with."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table


@click.command('doctor')
@click.option('--json', 'as_json', is_flag=True, help='Print it as JSON.')
def doctor(as_json: bool) -> None:
    """Show units, engines and preprocessors, with the reason where one cannot be used."""
    from edge_sched_ros.execution.registry import Backend
    from edge_sched_ros.execution.registry import discover

    machine = discover()

    def row(kind: str, backend: Backend) -> dict[str, Any]:
        return {
            'what': kind,
            'name': backend.name,
            'kinds': list(backend.kinds),
            'available': backend.available,
            'reason': backend.reason,
        }

    found = [
        {
            'what': 'unit',
            'name': u.unit.name,
            'kinds': [u.unit.kind],
            'available': True,
            'reason': '',
        }
        for u in machine.units
    ]
    found += [row('engine', backend) for backend in machine.engines]
    found += [row('preprocessor', backend) for backend in machine.preprocessors]
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    table = Table()
    for name in ('what', 'name', 'for', 'available', 'why not'):
        table.add_column(name)
    for line in found:
        available = 'yes' if line['available'] else 'no'
        table.add_row(
            line['what'], line['name'], ', '.join(line['kinds']), available, line['reason']
        )
    Console().print(table)


COMMAND = doctor
