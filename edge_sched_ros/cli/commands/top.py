# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched top``: tasks, units and lost frames of a running scheduler, on a terminal."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import check_output
from edge_sched_ros.documents.output_file import write_whole

if TYPE_CHECKING:
    from rich.text import Text

    from edge_sched_ros.reporting.top.snapshot import Snapshot
    from edge_sched_ros.reporting.top.source import Source

#: the largest account of a run that is read
_MOST_BYTES = 64 << 20
_MOST_LOSSES = 100
_BAGS = ('.mcap', '.db3')
#: how a trace begins
_TRACE = b'{"trace":'
#: what needs no ROS
_OF_FILES = 'of a run that has ended, give its trace, bag or JSON file'
#: between two snapshots of a bag: as often as the terminal looks
_STEP_S = 0.5


@click.command('top')
@click.argument('run', required=False, type=NamedPath(path_type=Path))
@click.option('--node', default='', help='Scheduler to show, by full name.  [default: all]')
@click.option('--once', is_flag=True, help='Print what there is as plain text, then exit.')
@click.option('--json', 'as_json', is_flag=True, help='As --once, as JSON.')
@click.option(
    '--svg',
    type=NamedPath(path_type=Path, dir_okay=False),
    default=None,
    help='As --once, as a picture in this file.',
)
@click.option(
    '--timeout',
    type=FiniteRange(0, 3600, min_open=True),
    default=10.0,
    show_default=True,
    help='How long --once, --json and --svg wait for a scheduler, in seconds.',
)
def top(
    run: Path | None, node: str, once: bool, as_json: bool, svg: Path | None, timeout: float
) -> None:
    """
    Show tasks, units and frames without an answer.

    Of every scheduler and coordinator of this ROS domain, or of RUN: the JSON file that
    replay --json, simulate --json or the parameter summary_file has written; or, played, a trace
    (simulate --trace, parameter trace_file) or a bag with the topic scheduler/timing, as replay -o
    writes. Keys change policy, deadlines and which tasks are enabled.
    """
    from edge_sched_ros.cli.status_feed import StatusFeed
    from edge_sched_ros.installation.missing import need
    from edge_sched_ros.reporting.top.source import RecordedRun

    plain = once or as_json or svg is not None
    if svg is not None:
        check_output(svg, inputs=[] if run is None else [run])
    if not plain:
        # textual reads the first, and draws on the last
        for stream, name in ((sys.stdin, 'input'), (sys.stdout, 'output'), (sys.stderr, 'error')):
            if not stream.isatty():
                raise ConfigError('top', f'standard {name} is no terminal: use --once or --json')
        need('textual')
    if run is not None:
        if node:
            raise ConfigError('--node', 'has no effect on the file of a run')
        if plain:
            _print(_read(run, whole=True), as_json, svg)
        else:
            _show(RecordedRun(_read(run)))
        return
    with StatusFeed(node) as feed:
        if not plain:
            _show(feed)
            return
        came = feed.wait(timeout)
        found = feed.poll()
        if not came:
            problem = f'no status of a scheduler came within {timeout:g} s'
            raise ConfigError(node or 'top', f'{problem}; {_OF_FILES}')
        _print(found, as_json, svg)


def _show(source: Source) -> None:
    from edge_sched_ros.plugins.policies import POLICIES
    from edge_sched_ros.reporting.top.app import TopApp

    names = [form for name in POLICIES.names() for form in (name, f'{name}+drop')]
    TopApp(source, names).run()


def _print(snapshots: Sequence[Snapshot], as_json: bool, svg: Path | None) -> None:
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.reporting.top.history import History
    from edge_sched_ros.reporting.top.lines import all_lines

    newest = {one.source: one for one in snapshots}
    lines = []
    for snapshot in newest.values():
        history = History(from_start=True)
        history.add(snapshot)
        lines += all_lines(history, losses=_MOST_LOSSES)
    if svg is not None:
        write_whole(svg, _picture(lines).encode())
        return
    with printing():
        if as_json:
            click.echo(json.dumps([one.to_dict() for one in newest.values()], indent=2))
            return
        console = output_console()
        for line in lines:
            console.print(line, soft_wrap=True)


def _picture(lines: Sequence[Text]) -> str:
    """Return lines of a terminal as SVG."""
    from rich.console import Console

    console = Console(record=True, file=io.StringIO(), width=80, force_terminal=True)
    for line in lines:
        console.print(line, overflow='ellipsis', no_wrap=True)
    return console.export_svg(title='edge-sched top')


def _read(path: Path, *, whole: bool = False) -> list[Snapshot]:
    """Return a run step by step if it is a bag or a trace, or as a whole."""
    step_s = None if whole else _STEP_S
    if path.is_dir() or path.suffix in _BAGS:
        from edge_sched_ros.bags.recorded_run import read_jobs
        from edge_sched_ros.reporting.top.played import snapshots

        return snapshots(read_jobs(path), str(path), step_s)
    if _is_trace(path):
        from edge_sched_ros.cli.recorded_runs import recorded_run
        from edge_sched_ros.reporting.top.of_trace import snapshots_of_trace

        run = recorded_run(path)
        if run.incomplete:
            click.echo(f'{path}: {run.incomplete}', err=True)
        return snapshots_of_trace(run, step_s)
    return [_read_account(path)]


def _is_trace(path: Path) -> bool:
    """Whether a file begins as a trace does; one that cannot be read is none."""
    try:
        with path.open('rb') as file:
            return file.read(len(_TRACE)) == _TRACE
    except OSError:
        return False


def _read_account(path: Path) -> Snapshot:
    from edge_sched_ros.reporting.top.snapshot import snapshot_of_account

    try:
        with path.open('rb') as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(str(path), f'cannot be read: {error.strerror}') from None
    if len(data) > _MOST_BYTES:
        raise ConfigError(str(path), f'has more than {_MOST_BYTES >> 20} MiB: no account of a run')
    if not data.strip():
        raise ConfigError(str(path), 'is empty: no run has been written to it')
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        values = None
    return snapshot_of_account(values, str(path))


COMMAND = top
