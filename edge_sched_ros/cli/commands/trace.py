# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched trace``: a recorded run for Perfetto or Chrome's trace viewer."""

from __future__ import annotations

import io
import json
from pathlib import Path

import click

from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.output import printing
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import check_output
from edge_sched_ros.documents.output_file import whole_file


@click.command('trace')
@click.argument('run', type=NamedPath(path_type=Path, dir_okay=False))
@click.option(
    '-o',
    '--output',
    type=NamedPath(path_type=Path, dir_okay=False),
    default=None,
    show_default='RUN.pftrace',
    help='File to write: .pftrace for Perfetto, .json for the Trace Event Format of Chrome.',
)
@click.option('--json', 'as_json', is_flag=True, help='Print what was written as JSON.')
def trace(run: Path, output: Path | None, as_json: bool) -> None:
    """
    Convert a recorded run for a timeline viewer, such as ui.perfetto.dev.

    RUN is a trace of edge-sched simulate --trace, or of a node (parameter trace_file).
    """
    from edge_sched_ros.cli.recorded_runs import recorded_run
    from edge_sched_ros.installation.missing import need
    from edge_sched_ros.reporting.chrome_trace import write_chrome
    from edge_sched_ros.reporting.perfetto_file import write_perfetto
    from edge_sched_ros.reporting.timeline import timeline

    target = run.with_suffix('.pftrace') if output is None else output
    for_chrome = target.suffix == '.json'
    if not for_chrome and target.suffix != '.pftrace':
        raise ConfigError('--output', f"must end with .pftrace or .json, not '{target}'")
    check_output(target, inputs=[run])
    if not for_chrome:
        need('perfetto')
    with terminable():
        recorded = recorded_run(run)
        with whole_file(target) as file:
            if for_chrome:
                text = io.TextIOWrapper(file, 'utf-8', newline='\n', write_through=True)
                write_chrome(timeline(recorded), text)
                text.flush()
                text.detach()
            else:
                write_perfetto(timeline(recorded), file, recorded.name)
    lacks = f' ({recorded.incomplete})' if recorded.incomplete else ''
    jobs, seconds = len(recorded.jobs), recorded.seconds
    with printing():
        if as_json:
            told = {
                'file': str(target),
                'jobs': jobs,
                'seconds': seconds,
                'cut_off': not recorded.ended,
                'lost_lines': recorded.lost,
            }
            click.echo(json.dumps(told))
        else:
            click.echo(f'{target}: {jobs} jobs in {seconds:.1f} s{lacks}')


COMMAND = trace
