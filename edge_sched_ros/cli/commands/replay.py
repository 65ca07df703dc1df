# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched replay``: play a bag through the pipeline, without DDS."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.progress import progress_bar
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.documents.output_file import check_folder


@click.command('replay')
@click.argument('bag', type=NamedPath(path_type=Path))
@click.option(
    '--params',
    required=True,
    type=NamedPath(path_type=Path),
    help='ROS parameter file, as for the node.',
)
@click.option(
    '-o',
    '--output',
    type=NamedPath(path_type=Path),
    default=None,
    help='Bag to write the results to; it must not exist.',
)
@click.option(
    '--policy', default=None, help='Scheduling policy to use instead of the one in the file.'
)
@click.option(
    '--rate',
    type=FiniteRange(0, min_open=True),
    default=1.0,
    show_default=True,
    help='Speed relative to real time.',
)
@click.option(
    '--keep-gaps',
    is_flag=True,
    help='Keep gaps of more than 10 s; otherwise they are shortened to one second.',
)
@click.option('--json', 'as_json', is_flag=True, help='Print the result as JSON.')
def replay(
    bag: Path,
    params: Path,
    output: Path | None,
    policy: str | None,
    rate: float,
    keep_gaps: bool,
    as_json: bool,
) -> None:
    """
    Play BAG through the node's pipeline, without DDS.

    BAG is a rosbag2 folder, an MCAP or SQLite file from such a folder, or a ROS 1 bag.
    """
    from edge_sched_ros.bags.replay import Replay
    from edge_sched_ros.core.errors import ConfigError
    from edge_sched_ros.pipeline.health.status import nothing_usable
    from edge_sched_ros.pipeline.health.status import summary
    from edge_sched_ros.pipeline.settings.config import from_file
    from edge_sched_ros.plugins.policies import make_policy
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.reporting.layout import show_line
    from edge_sched_ros.reporting.tables import show_summary

    if policy is not None:
        make_policy(policy, {})
    if output is not None:
        check_folder(output)
    config = from_file(params, instead={} if policy is None else {'policy': policy})
    run = Replay(config, results=output, keep_gaps=keep_gaps)
    with terminable(), run.opened(bag) as play:
        with progress_bar(Console(stderr=True), f'replaying {bag.name}', 1.0) as progress:
            status = play(rate, progress)
    account = summary(status)
    with printing():
        if as_json:
            click.echo(json.dumps(account, indent=2))
        else:
            console = output_console()
            show_summary(account, console=console)
            if output is not None:
                show_line(f'results are in {output}', console)
    problem = nothing_usable(account)
    if problem:
        raise ConfigError(str(bag), problem)


COMMAND = replay
