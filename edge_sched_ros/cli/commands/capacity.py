# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched capacity``: whether tasks fit, and how much room is left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from typing import TYPE_CHECKING

import click
from rich.console import Console

from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.plots import check_plot
from edge_sched_ros.cli.progress import progress_bar
from edge_sched_ros.cli.warning_lines import show_warnings
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean

if TYPE_CHECKING:
    from edge_sched_ros.system.system_file import SystemFile

#: maximum number of tasks; the time grows faster than it, as each is asked about beside all others
_MOST_TASKS = 1000
#: number of tasks from which on it is told that it takes long
_MANY_TASKS = 200


@click.command('capacity')
@click.argument('files', type=NamedPath(), nargs=-1, required=True)
@click.option(
    '--cluster',
    type=NamedPath(),
    default=None,
    help='One more system file, read after FILES.',
)
@click.option('--task', 'only', default=None, help='Show what-if questions for this task only.')
@click.option(
    '--plot',
    type=NamedPath(path_type=Path, dir_okay=False),
    default=None,
    help='Draw response time over rate, with the knee, to this PNG file.',
)
@click.option(
    '--explain',
    'explained',
    is_flag=True,
    help='Also say what limits the result, and what would change it.',
)
@click.option('--json', 'as_json', is_flag=True, help='Print the results as JSON.')
def capacity(
    files: tuple[str, ...],
    cluster: str | None,
    only: str | None,
    plot: Path | None,
    explained: bool,
    as_json: bool,
) -> None:
    """
    Calculate with queueing models whether the tasks of a system meet their deadlines.

    FILES are system files with devices, tasks and the costs of networks. Later files add keys or
    override keys of earlier files. docs/system_schema.md lists the keys.
    """
    from edge_sched_ros.capacity.analysis import analyse
    from edge_sched_ros.capacity.cluster import load_cluster
    from edge_sched_ros.capacity.form_warning import cluster_warnings
    from edge_sched_ros.capacity.headroom import headroom
    from edge_sched_ros.capacity.what_if import what_if
    from edge_sched_ros.reporting.capacity_tables import show_capacity
    from edge_sched_ros.reporting.layout import output_console

    paths = [*files, *([cluster] if cluster else [])]
    check_plot(plot, ('.png',), inputs=map(Path, paths))
    asked = load_cluster(*paths)
    if only is not None and only not in asked.tasks:
        known, hint = ', '.join(asked.tasks) or 'none', did_you_mean(only, asked.tasks)
        raise ConfigError('--task', f"there is no task '{only}'{hint} (there are {known})")
    names = [only] if only is not None else list(asked.tasks)
    _check_number(asked.system, len(asked.tasks))
    found: dict[str, Any] = {
        'tasks': {name: verdict.to_dict() for name, verdict in analyse(asked).items()},
        'units': {name: unit.to_dict() for name, unit in headroom(asked).items()},
        'what_if': {},
        'warnings': cluster_warnings(asked),
    }
    show_warnings(found['warnings'])
    with progress_bar(Console(stderr=True), 'asking what if', max(1, len(names))) as done:
        for count, name in enumerate(names, 1):
            found['what_if'][name] = what_if(asked, name).to_dict()
            done(count)
    if explained:
        from edge_sched_ros.capacity.explain import explain

        found['explanation'] = explain(asked)
    if plot is not None:
        from edge_sched_ros.reporting.capacity_plot import plot_curves

        plot_curves(asked, names, plot)
    with printing():
        if as_json:
            click.echo(json.dumps(found, indent=2))
        else:
            show_capacity(found, output_console())


COMMAND = capacity


def _check_number(system: SystemFile, tasks: int) -> None:
    """Refuse more tasks than can be worked out, and tell of those that take minutes."""
    if tasks > _MOST_TASKS:
        problem = f'are {tasks}; capacity works out at most {_MOST_TASKS}'
        raise ConfigError(system.at('tasks'), problem)
    if tasks > _MANY_TASKS:
        click.echo(f'{tasks} tasks: this takes minutes', err=True)
