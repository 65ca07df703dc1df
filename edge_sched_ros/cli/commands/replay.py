# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched replay``: play a bag through the pipeline, without DDS."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from edge_sched_ros.bags.pace import LEAST_RATE
from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.progress import progress_bar
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.cli.reports import REPORT
from edge_sched_ros.cli.reports import tell_report
from edge_sched_ros.cli.reports import traces_for
from edge_sched_ros.documents.output_file import check_folder

#: size of a trace of which a report needs all
_WHOLE_RUN_MB = 10_000


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
    '--debug-images',
    type=NamedPath(path_type=Path, file_okay=False),
    default=None,
    help='Folder for a picture of the newest answer of each task (TASK.jpg), as the node'
    ' publishes it on TASK/debug_image.',
)
@click.option(
    '--policy', default=None, help='Scheduling policy to use instead of the one in the file.'
)
@click.option(
    '--rate',
    type=FiniteRange(LEAST_RATE),
    default=1.0,
    show_default=True,
    help='Speed relative to real time.',
)
@click.option(
    '--keep-gaps',
    is_flag=True,
    help='Keep gaps of more than 10 s; otherwise they are shortened to one second.',
)
@REPORT
@click.option('--json', 'as_json', is_flag=True, help='Print the result as JSON.')
def replay(
    bag: Path,
    params: Path,
    output: Path | None,
    debug_images: Path | None,
    policy: str | None,
    rate: float,
    keep_gaps: bool,
    report_file: Path | None,
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
    with traces_for(report_file) as folder:
        if folder is not None and not config.trace_file:
            trace = str(folder / f'{bag.stem}.trace')
            config = replace(config, trace_file=trace, trace_mb=_WHOLE_RUN_MB)
        run = Replay(config, results=output, keep_gaps=keep_gaps, debug_images=debug_images)
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
                if debug_images is not None:
                    show_line(f'debug pictures are in {debug_images}', console)
        if not nothing_usable(account):
            tell_report([Path(config.trace_file).expanduser()], report_file, as_json=as_json)
    problem = nothing_usable(account)
    if problem:
        raise ConfigError(str(bag), problem)


COMMAND = replay
