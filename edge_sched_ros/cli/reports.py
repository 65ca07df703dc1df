# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reports that commands write: checked before the run, written after it."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import check_output
from edge_sched_ros.documents.output_file import write_whole
from edge_sched_ros.installation.missing import need

#: runs beside each other that a page can hold
MOST_RUNS = 8


def check_report(path: Path, *, inputs: Iterable[Path] = ()) -> None:
    """
    Check that a report can be written, before the work for it.

    :raises ConfigError: naming the file, or the library that is missing
    """
    check_output(path, inputs=inputs)
    need('bokeh')


def write_report(runs: Sequence[Path], path: Path) -> int:
    """
    Write the report of traces; return the number of jobs in it.

    What a trace lacks is said on standard error.

    :raises ConfigError: for what is no trace, and a file that cannot be written
    """
    from edge_sched_ros.cli.recorded_runs import recorded_run
    from edge_sched_ros.reporting.html.page import report

    if len(runs) > MOST_RUNS:
        raise ConfigError('RUNS', f'are {len(runs)}; a page shows {MOST_RUNS} at most')
    recorded = [recorded_run(run) for run in runs]
    write_whole(path, report(recorded).encode())
    for run in recorded:
        if run.incomplete:
            click.echo(f'{run.path}: {run.incomplete}', err=True)
    return sum(len(run.jobs) for run in recorded)


def said_of(path: Path, jobs: int) -> str:
    """Return the line that tells the user of a report."""
    return f'{path}: report of {jobs} jobs'


REPORT = click.option(
    '--report',
    'report_file',
    type=NamedPath(path_type=Path, dir_okay=False),
    default=None,
    help='Also write a page about the run, as edge-sched report does (needs bokeh).',
)


@contextmanager
def traces_for(report_file: Path | None) -> Iterator[Path | None]:
    """
    Check a report, and yield a folder for traces that are only read for it.

    :param report_file: the report; ``None`` for none, and no folder
    :raises ConfigError: naming the file, or the library that is missing
    """
    if report_file is None:
        yield None
        return
    check_report(report_file)
    with TemporaryDirectory(prefix='edge_sched_') as folder:
        yield Path(folder)


def tell_report(runs: Sequence[Path], report_file: Path | None, *, as_json: bool) -> None:
    """Write a report if there shall be one, and say so; not on the standard output with JSON."""
    if report_file is not None:
        click.echo(said_of(report_file, write_report(runs, report_file)), err=as_json)
