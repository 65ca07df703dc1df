# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched profile``: what networks cost on the units of this machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import TYPE_CHECKING

import click
from rich.console import Console

from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.progress import progress_bar
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.core.errors import ConfigError

if TYPE_CHECKING:
    from edge_sched_ros.profiling.schema import ProfileFile

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command('profile')
@click.argument('networks', nargs=-1)
@click.option(
    '-o',
    '--output',
    type=_FILE,
    default=None,
    help='Profile file to write; what it has of this machine is kept and not measured again. '
    'Without NETWORKS it is only shown.',
)
@click.option(
    '--units', default='', help='Units to measure on, by name or kind: cpu0,gpu0.  [default: all]'
)
@click.option('--variants', is_flag=True, help="Measure the variants a network's YAML lists, too.")
@click.option('--corun', is_flag=True, help='Measure how busy units slow each other down.')
@click.option(
    '--corun-pairs',
    type=click.IntRange(1, 10_000),
    default=24,
    show_default=True,
    help='Most pairs of networks on pairs of units for --corun.',
)
@click.option('--energy', is_flag=True, help='Read power rails meanwhile, where there are any.')
@click.option(
    '--share',
    type=FiniteRange(0, 1, min_open=True, max_open=True),
    default=0.02,
    show_default=True,
    help='Repeat until half of the 95 % confidence interval of the median is below this share.',
)
@click.option(
    '--max-s',
    type=FiniteRange(0, min_open=True, max=86_400),
    default=20.0,
    show_default=True,
    help='Longest time for a network on a unit.',
)
@click.option(
    '--image', type=_FILE, default=None, help='Picture to work on.  [default: 640x480 of blocks]'
)
@click.option('--again', is_flag=True, help='Measure what the file has, too.')
@click.option('--plot', type=_FILE, default=None, help='Draw it: a PNG, or a page of HTML.')
@click.option('--json', 'as_json', is_flag=True, help='Print the profile as JSON.')
def profile(
    networks: tuple[str, ...],
    output: Path | None,
    units: str,
    variants: bool,
    corun: bool,
    corun_pairs: int,
    energy: bool,
    share: float,
    max_s: float,
    image: Path | None,
    again: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """
    Measure what NETWORKS (YAML files) cost on the units of this machine.

    Every stage on every unit that can run it, alone: median, percentiles, memory. The file is
    written after each network and unit; interrupted, the same command goes on where it stopped.
    docs/profiling.md says what the numbers mean.
    """
    from edge_sched_ros.profiling.profile_file import read_profile
    from edge_sched_ros.profiling.repeat import Limits
    from edge_sched_ros.profiling.session import Wanted
    from edge_sched_ros.reporting.profile_pictures import check_picture_name
    from edge_sched_ros.reporting.profile_pictures import draw_profile

    if output is None:
        raise click.UsageError('-o is needed: the profile file to write or to show.')
    if plot is not None:
        check_picture_name(plot)
    if networks:
        names = tuple(filter(None, (name.strip() for name in units.split(','))))
        wanted = Wanted(
            Limits(share=share, max_s=max_s),
            units=names,
            corun_pairs=corun_pairs if corun else 0,
            again=again,
        )
        with terminable():
            found = _measure(networks, output, wanted, variants, energy, image)
    else:
        found = read_profile(output)
    data = found.model_dump(mode='json')
    if plot is not None:
        draw_profile(data, plot)
    with printing():
        if as_json:
            click.echo(json.dumps(data, indent=2))
        else:
            _show(data, output, share if networks else None)


def _measure(
    networks: tuple[str, ...],
    output: Path,
    wanted: Any,
    variants: bool,
    energy: bool,
    image: Path | None,
) -> ProfileFile:
    from dataclasses import replace

    from edge_sched_ros.execution.registry import discover
    from edge_sched_ros.pipeline.profile_targets import check_units
    from edge_sched_ros.pipeline.profile_targets import targets_of
    from edge_sched_ros.profiling.bench import Bench
    from edge_sched_ros.profiling.picture import coloured_blocks
    from edge_sched_ros.profiling.picture import picture_of
    from edge_sched_ros.profiling.profile_file import write_profile
    from edge_sched_ros.profiling.session import steps

    picture = coloured_blocks() if image is None else picture_of(image, '--image')
    machine = discover()
    wanted = replace(wanted, units=check_units(machine, wanted.units, '--units'))
    found = _begin(output, picture.what, wanted.again)
    with (
        targets_of(
            networks, machine, picture, units=wanted.units, with_variants=variants
        ) as targets,
        Bench(machine.units) as bench,
    ):
        # whether it can be written is known before minutes are spent
        write_profile(output, found)
        meter = _meter(machine.units) if energy else None
        plan = steps(found, targets, bench, wanted, meter=meter)
        console = Console(stderr=True)
        with progress_bar(console, 'profiling', max(1, len(plan))) as advance:
            for index, step in enumerate(plan):
                found = step.measure(found, _part(advance, index))
                write_profile(output, found)
    return found


def _part(advance: Callable[[float], None], index: int) -> Callable[[float], None]:
    return lambda share: advance(index + share)


def _begin(output: Path, picture: str, again: bool) -> ProfileFile:
    """Return what the file has, if that is of this machine in this state."""
    from edge_sched_ros.profiling.fingerprint import fingerprint_of
    from edge_sched_ros.profiling.fingerprint import mismatches
    from edge_sched_ros.profiling.fingerprint import read_fingerprint
    from edge_sched_ros.profiling.profile_file import read_profile
    from edge_sched_ros.profiling.session import empty_profile

    here = read_fingerprint()
    if not output.exists():
        return empty_profile(here, picture=picture)
    found = read_profile(output)
    differs = [str(mismatch) for mismatch in mismatches(fingerprint_of(found), here)]
    if found.picture != picture and found.networks:
        differs.append(f'picture was {found.picture or "not said"}, is {picture}')
    if not differs:
        return found
    if not again:
        raise ConfigError(
            str(output), f'was not measured like this: {"; ".join(differs)} (--again replaces it)'
        )
    return empty_profile(here, picture=picture)


def _meter(units: Any) -> Any:
    """Return what reads the power, after a look at what this machine draws while idle."""
    import time

    from edge_sched_ros.execution.telemetry.machine_reader import MachineReader
    from edge_sched_ros.profiling.energy_meter import EnergyMeter

    reader = MachineReader([local.core for local in units if local.core is not None])
    meter = EnergyMeter(units, reader.read)
    rails: tuple[str, ...] = ()
    for _ in range(10):
        rails = meter.look(time.monotonic_ns())
        time.sleep(0.1)
    if not rails:
        reasons = reader.read(time.monotonic_ns(), None).reasons
        why = '; '.join(reasons[key] for key in ('power', 'energy') if key in reasons)
        click.echo(
            f'edge-sched: --energy: no rail can be read ({why}): energy stays null', err=True
        )
        return None
    return meter


def _show(data: dict[str, Any], output: Path, share: float | None) -> None:
    from edge_sched_ros.reporting.profile_tables import label
    from edge_sched_ros.reporting.profile_tables import rows
    from edge_sched_ros.reporting.profile_tables import show_profile

    show_profile(data, Console(emoji=False))
    unsure = [
        f'{label(network, variant)} {stage} on {unit}'
        for network, variant, stage, unit, cost in rows(data)
        if share is not None and cost['half_width_ms'] > share * cost['p50_ms'] > 0
    ]
    if unsure:
        click.echo(f'less sure than --share asks: {", ".join(unsure)} (a longer --max-s helps)')
    click.echo(f'{output}')


COMMAND = profile
