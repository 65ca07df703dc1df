# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched explain``: why jobs of a recorded run missed their deadlines."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.output import printing

#: number of jobs without --job and --worst
_SOME = 5


@click.command('explain')
@click.argument('run', type=NamedPath(path_type=Path, dir_okay=False))
@click.option('--job', 'number', type=int, default=None, help='Explain this job.')
@click.option(
    '--worst',
    type=click.IntRange(1, 1000),
    default=None,
    show_default=str(_SOME),
    help='Explain this many missed jobs: one of every kind of miss first.',
)
@click.option('--json', 'as_json', is_flag=True, help='Print the explanations as JSON.')
def explain(run: Path, number: int | None, worst: int | None, as_json: bool) -> None:
    """
    Tell in words why jobs missed their deadlines, and what would have saved them.

    RUN is a trace of edge-sched simulate --trace, or of a node (parameter trace_file). The
    recorded frames are simulated again with one change at a time: another variant or unit, half
    the rate, a longer deadline, one more unit.
    """
    from edge_sched_ros.cli.recorded_runs import recorded_run
    from edge_sched_ros.reporting.explaining.explain import Explainer
    from edge_sched_ros.reporting.explaining.explain import find_job
    from edge_sched_ros.reporting.explaining.explain import sentences
    from edge_sched_ros.reporting.explaining.worst import worst_jobs

    if number is not None and worst is not None:
        raise click.UsageError('--job and --worst exclude each other.')
    with terminable():
        recorded = recorded_run(run)
        explainer = Explainer(recorded)
        if number is None:
            jobs = worst_jobs(recorded, worst or _SOME)
        else:
            jobs = [find_job(recorded, number)]
        found = [explainer.explain(job) for job in jobs]
    with printing():
        if recorded.incomplete:
            click.echo(f'{run}: {recorded.incomplete}', err=True)
        if as_json:
            click.echo(json.dumps([asdict(one) for one in found], indent=2))
            return
        if not found:
            click.echo(f'{run}: no job of {len(recorded.jobs)} missed its deadline')
        for index, one in enumerate(found):
            click.echo('\n' * bool(index) + '\n'.join(sentences(one)))


COMMAND = explain
