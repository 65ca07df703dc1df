# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched doctor``: what this machine has to compute with."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table


@click.command('doctor')
@click.option('--json', 'as_json', is_flag=True, help='Print it as JSON.')
def doctor(as_json: bool) -> None:
    """
    Show what this machine can compute with, and why not where it cannot.

    Module, power mode and versions; every processing unit, inference engine and preprocessor with
    the reason where it cannot be used; which unit can do which preprocessing; whether large
    images arrive; what can be read of temperatures and power. Nothing is changed, and what might
    crash is tried in another process.
    """
    from edge_sched_ros.cli.output import printing
    from edge_sched_ros.pipeline.machine_report import machine_report

    report = machine_report()
    with printing():
        if as_json:
            click.echo(json.dumps(report, indent=2))
        else:
            _print(report)


def _print(report: dict[str, Any]) -> None:
    from edge_sched_ros.pipeline.large_images import large_images_doubt

    console = Console()
    console.print(_machine(report))
    console.print(_parts(report))
    console.print(_preprocessing(report))
    dds = report['dds']
    words = 'arrive' if dds['large_images_ok'] else f'may vanish: {large_images_doubt(dds["rmw"])}'
    console.print(escape(f'\n{dds["rmw"]}: images beyond 512 KiB {words}'))


def _machine(report: dict[str, Any]) -> Table:
    """Return what the machine is, with the reasons for what is not known."""
    table = Table(show_header=False)
    for name in ('what', 'is'):
        # what is too long goes on in the next line: it is not cut
        table.add_column(name, overflow='fold')
    notes = report['notes']
    for name, key in (('module', 'module'), ('system', 'os'), ('power mode', 'power_mode')):
        table.add_row(name, escape(str(report[key] or _unknown(notes.get(key)))))
    for name, version in report['versions'].items():
        # on a computer that is no Jetson nobody misses JetPack
        if version or name in notes:
            table.add_row(name, escape(version or _unknown(notes.get(name))))
    telemetry = report['telemetry']
    for name, unit, note in (('temperatures_c', '°C', 'temperature'), ('rails_mw', 'mW', 'power')):
        values = ', '.join(f'{k} {_number(v)} {unit}' for k, v in telemetry[name].items())
        table.add_row(note, escape(values or _unknown(notes.get(note) or notes.get('energy'))))
    if telemetry['slowed_by']:
        table.add_row('slowed by', escape(', '.join(telemetry['slowed_by'])))
    return table


def _number(value: float | None) -> str:
    return 'off' if value is None else f'{value:g}'


def _unknown(reason: str | None) -> str:
    return f'- ({reason})' if reason else '-'


def _parts(report: dict[str, Any]) -> Table:
    """Return what there is to compute with."""
    table = Table()
    for name in ('what', 'name', 'for', 'available', 'why not'):
        table.add_column(name, overflow='fold')
    rows = [('unit', name, [unit['kind']], unit) for name, unit in report['units'].items()]
    for what in ('engine', 'preprocessor'):
        rows += [(what, name, b['kinds'], b) for name, b in report[f'{what}s'].items()]
    for what, name, kinds, state in rows:
        available = 'yes' if state['available'] else 'no'
        table.add_row(what, name, ', '.join(kinds), available, escape(state['reason']))
    return table


def _preprocessing(report: dict[str, Any]) -> Table:
    table = Table()
    for name in ('preprocessing', 'on'):
        table.add_column(name, overflow='fold')
    for op, units in report['preprocess'].items():
        table.add_row(op, ', '.join(units) or '-')
    return table


COMMAND = doctor
