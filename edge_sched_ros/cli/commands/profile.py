# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched profile``: measure the costs of networks on the units of this machine."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.options import names_in
from edge_sched_ros.cli.options import refuse_idle
from edge_sched_ros.cli.options import refuse_twice
from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.plots import check_plot
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.documents.output_file import check_output

if TYPE_CHECKING:
    from edge_sched_ros.system.system_file import SystemFile

_FILE = NamedPath(path_type=Path, dir_okay=False)
#: options of the measurement
_MEASURING = (
    'units', 'variants', 'corun', 'corun_pairs', 'energy', 'share', 'max_s', 'image', 'again',
)  # fmt: skip


@click.command('profile')
@click.argument('networks', nargs=-1)
@click.option(
    '-o',
    '--output',
    type=_FILE,
    default=None,
    help='System file to write. Results in it that are from this machine and as precise '
    'as --share asks are kept and not measured again. Without NETWORKS the file is '
    'only shown.',
)
@click.option(
    '--units',
    default=None,
    help='Units to measure on, by name or kind, separated by commas: cpu0,gpu0.  [default: all]',
)
@click.option(
    '--variants', is_flag=True, help="Also measure the variants that a network's YAML lists."
)
@click.option('--corun', is_flag=True, help='Measure how busy units slow each other down.')
@click.option(
    '--corun-pairs',
    type=click.IntRange(1, 10_000),
    default=24,
    show_default=True,
    help='Maximum number of pairs of networks on pairs of units for --corun.',
)
@click.option(
    '--energy', is_flag=True, help='Read the power rails during the measurement, if there are any.'
)
@click.option(
    '--share',
    type=FiniteRange(0, 1, min_open=True, max_open=True),
    default=0.02,
    show_default=True,
    help='Repeat until half of the 95 % confidence interval of the median is below this '
    'share of the median.',
)
@click.option(
    '--max-s',
    type=FiniteRange(0, min_open=True, max=86_400),
    default=20.0,
    show_default=True,
    help='Maximum time for each network on each unit.',
)
@click.option(
    '--image', type=_FILE, default=None, help='Image to work on.  [default: 640x480 of blocks]'
)
@click.option('--again', is_flag=True, help='Measure again what the file already has.')
@click.option('--plot', type=_FILE, default=None, help='Draw the results to a PNG or HTML file.')
@click.option('--json', 'as_json', is_flag=True, help='Print the file as JSON.')
@click.pass_context
def profile(
    context: click.Context,
    networks: tuple[str, ...],
    output: Path | None,
    units: str | None,
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

    Measures every stage alone, on every unit that can run it: median, percentiles, memory. The
    file is written after each network and unit. If the command is interrupted, run it again to
    continue. docs/profiling.md explains the numbers.
    """
    from edge_sched_ros.profiling.profile_file import read_profile
    from edge_sched_ros.profiling.repeat import Limits
    from edge_sched_ros.profiling.session import Wanted
    from edge_sched_ros.reporting.profile_pictures import draw_profile
    from edge_sched_ros.reporting.profile_pictures import SUFFIXES
    from edge_sched_ros.system.writing import system_data

    if output is None:
        raise click.UsageError('-o is needed: it names the file to write or to show.')
    inputs = [*map(Path, networks), output, *filter(None, [image])]
    check_plot(plot, SUFFIXES, inputs=inputs)
    asked: Collection[tuple[str, str, str]] = ()
    if networks:
        from edge_sched_ros.cli.profile_run import measure_networks
        from edge_sched_ros.cli.profile_run import Request

        refuse_twice(networks, 'NETWORKS')
        check_output(output, inputs=inputs[: len(networks)] + [*filter(None, [image])])
        if not corun:
            refuse_idle(context, {'corun_pairs': 'without --corun'})
        names = () if units is None else names_in(units, '--units', 'unit')
        wanted = Wanted(
            Limits(share=share, max_s=max_s),
            units=names,
            corun_pairs=corun_pairs if corun else 0,
            again=again,
        )
        with terminable():
            done = measure_networks(networks, Request(output, wanted, variants, energy, image))
        found, asked = done.profile, done.asked
    else:
        _refuse_unused(context)
        found = read_profile(output)
    if plot is not None:
        draw_profile(found, plot)
    with printing():
        if as_json:
            click.echo(json.dumps(system_data(found), indent=2))
        else:
            _show(found, output, share, asked)


def _refuse_unused(context: click.Context) -> None:
    """Refuse options of the measurement where nothing is measured."""
    given = [
        f'--{name.replace("_", "-")}'
        for name in _MEASURING
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(
            f'{", ".join(given)}: only for measuring; without NETWORKS the file is shown.'
        )


def _show(
    found: SystemFile, output: Path, share: float, asked: Collection[tuple[str, str, str]]
) -> None:
    """Show a profile, and name the results of this command that are less precise than --share."""
    from edge_sched_ros.profiling.additions import is_sure_enough
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.reporting.profile_tables import label
    from edge_sched_ros.reporting.profile_tables import rows
    from edge_sched_ros.reporting.profile_tables import show_profile

    show_profile(found, output_console())
    unsure = [
        f'{label(network, variant)} {stage} on {unit}'
        for network, variant, stage, unit, cost in rows(found)
        if (network, variant, unit) in asked and not is_sure_enough(cost, share)
    ]
    if unsure:
        click.echo(
            f'less precise than --share: {", ".join(unsure)} (the same command measures them '
            'again; with a longer --max-s there is time for more runs)'
        )
    click.echo(f'{output}')


COMMAND = profile
