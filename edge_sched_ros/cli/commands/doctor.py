# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched doctor``: what this machine can compute with."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from typing import Any

import click
from rich.console import Console


@click.command('doctor')
@click.option('--json', 'as_json', is_flag=True, help='Print the result as JSON.')
def doctor(as_json: bool) -> None:
    """
    Show what this machine can compute with, and why a part cannot be used.

    Shows module, power mode and versions; every processing unit, inference engine and
    preprocessor, with the reason if it cannot be used; which unit can do which preprocessing;
    whether large images arrive; and which temperatures and power values can be read. The command
    changes nothing, and runs tests that might crash in another process.
    """
    from edge_sched_ros.cli.output import printing
    from edge_sched_ros.pipeline.health.machine_report import machine_report

    report = machine_report()
    with printing():
        if as_json:
            click.echo(json.dumps(report, indent=2))
        else:
            _print(report)


def _print(report: dict[str, Any]) -> None:
    from edge_sched_ros.pipeline.inputs.large_images import large_images_doubt
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.reporting.layout import show_line
    from edge_sched_ros.reporting.layout import show_pairs

    console = output_console()
    show_pairs(_machine(report), console)
    console.print()
    _show_parts(report, console)
    preprocessing = ((op, ', '.join(units) or '-') for op, units in report['preprocess'].items())
    show_line('preprocessing on', console)
    show_pairs(preprocessing, console, indent='  ')
    if importlib.util.find_spec('rclpy') is None:
        return
    dds = report['dds']
    words = 'arrive' if dds['large_images_ok'] else f'may vanish: {large_images_doubt(dds["rmw"])}'
    show_line(f'\n{dds["rmw"]}: images beyond 512 KiB {words}', console)


def _machine(report: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the facts about the machine, with the reason for each that is not known."""
    notes = report['notes']
    for name, key in (('module', 'module'), ('system', 'os'), ('power mode', 'power_mode')):
        yield name, str(report[key] or _unknown(notes.get(key)))
        # only a Jetson has a part number
        if key == 'module' and (report['part'] or 'part' in notes):
            yield 'part', str(report['part'] or _unknown(notes.get('part')))
    if report['cpu_quota']:
        yield 'CPU quota', _quota(report['cpu_quota'])
    for name, version in report['versions'].items():
        # only a Jetson has JetPack
        if version or name in notes:
            limits = notes.get(f'{name}_limits')
            known = f'{version} ({limits})' if limits else version
            yield name, known or _unknown(notes.get(name))
    telemetry = report['telemetry']
    for name, unit, note in (('temperatures_c', '°C', 'temperature'), ('rails_mw', 'mW', 'power')):
        values = ', '.join(f'{k} {_number(v)} {unit}' for k, v in telemetry[name].items())
        yield note, values or _unknown(notes.get(note) or notes.get('energy'))
    if telemetry['slowed_by']:
        yield 'slowed by', ', '.join(telemetry['slowed_by'])


def _quota(quota: dict[str, Any]) -> str:
    units = f'{quota["cpu_units"]} core' + ('s' if quota['cpu_units'] != 1 else '')
    return (
        f'{quota["cpus"]:.3g} CPUs: {quota["cpus"] * quota["period_ms"]:.3g} ms of CPU time in '
        f'each {quota["period_ms"]:.3g} ms (control group {quota["group"]}); {units} used as '
        'units unless others are named'
    )


def _number(value: float | None) -> str:
    return 'off' if value is None else f'{value:g}'


def _unknown(reason: str | None) -> str:
    return f'- ({reason})' if reason else '-'


def _show_parts(report: dict[str, Any], console: Console) -> None:
    """Print the parts of one kind, with the reason if one cannot be used."""
    from edge_sched_ros.reporting.layout import show_line
    from edge_sched_ros.reporting.layout import show_pairs
    from edge_sched_ros.reporting.layout import show_table

    parts = [('unit', name, [unit['kind']], unit) for name, unit in report['units'].items()]
    for what in ('engine', 'provider', 'preprocessor'):
        parts += [(what, name, b['kinds'], b) for name, b in report[f'{what}s'].items()]
    if any(unit['kind'] == 'gpu' and unit['available'] for unit in report['units'].values()):
        parts += [('GPU parts', way, b['kinds'], b) for way, b in report['gpu_parts'].items()]
    parts.append(('data path', 'native', ['cpu'], report['native']))
    parts.append(('decisions', 'compiled', ['cpu'], report['compiled_core']))
    rows = [
        (what, name, ', '.join(kinds), 'yes' if state['available'] else 'no')
        for what, name, kinds, state in parts
    ]
    show_table(('what', 'name', 'for', 'available'), rows, console, left=4)
    names = [name for _, name, _, _ in parts]
    # an engine and a provider may share their name
    reasons = [
        (f'{what} {name}' if names.count(name) > 1 else name, state['reason'])
        for what, name, _, state in parts
        if state['reason']
    ]
    if reasons:
        show_line('not available', console)
        show_pairs(reasons, console, indent='  ')
        console.print()


COMMAND = doctor
