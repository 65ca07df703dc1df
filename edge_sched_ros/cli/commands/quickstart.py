# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched quickstart``: from a camera topic and a model to a node that runs."""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
import os
import shlex
import sys
from contextlib import nullcontext
from contextlib import redirect_stdout
from pathlib import Path

import click

from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import check_output
from edge_sched_ros.documents.output_file import write_whole

_YAML = ('.yaml', '.yml')


@click.command('quickstart')
@click.argument('model', type=NamedPath(path_type=Path), required=False)
@click.option('--topic', default='', help='Image topic of the camera.  [default: asked for]')
@click.option(
    '-o',
    '--output',
    type=NamedPath(path_type=Path, file_okay=False),
    default=Path('.'),
    metavar='FOLDER',
    help='Folder for the files.  [default: this folder]',
)
@click.option(
    '--deadline-ms',
    type=FiniteRange(1),
    default=100.0,
    show_default=True,
    help='How old a frame may be when its answer is published.',
)
@click.option('--labels', default='', metavar='FILE|SET', help='Class names, as for import.')
@click.option('--decoder', default='', help='Decoder instead of the one that fits best.')
@click.option(
    '--try',
    'tried',
    type=NamedPath(path_type=Path),
    default=None,
    metavar='PICTURE|BAG|VIDEO',
    help='Run the network on a picture first, and draw the result over it.',
)
@click.option('--force', is_flag=True, help='Replace files that exist.')
@click.option('--start/--no-start', default=True, help='Start the node.  [default: start]')
@click.option('--json', 'as_json', is_flag=True, help='Print the files as JSON; starts nothing.')
@click.pass_context
def quickstart(
    context: click.Context,
    model: Path | None,
    topic: str,
    output: Path,
    deadline_ms: float,
    labels: str,
    decoder: str,
    tried: Path | None,
    force: bool,
    start: bool,
    as_json: bool,
) -> None:
    """
    Write the files for one network on one camera, and start the node.

    MODEL is an ONNX file, which is imported, or the YAML file of a network. The command writes a
    parameter file and a launch file. It asks for the model and the topic where they are not
    given.
    """
    from edge_sched_ros.cli.quickstart_files import check_topic
    from edge_sched_ros.cli.quickstart_files import launch_file
    from edge_sched_ros.cli.quickstart_files import parameters
    from edge_sched_ros.cli.quickstart_files import task_name
    from edge_sched_ros.pipeline.settings.config import from_file

    model = model or Path(_asked('MODEL', 'ONNX file of the network'))
    topic = topic or _asked('--topic', 'Image topic of the camera')
    check_topic(topic)
    task = task_name(model.stem)
    params, launch = output / f'{task}_params.yaml', output / f'{task}.launch.py'
    for path in (params, launch):
        check_output(path, '-o', inputs=[model])
        if path.exists() and not force:
            raise ConfigError('-o', f"'{path}' exists: give --force to replace it")
    network = _network(
        context, model, output, labels=labels, decoder=decoder, tried=tried, force=force,
        quiet=as_json,
    )  # fmt: skip
    text = parameters(task, network.resolve(), topic, deadline_ms)
    write_whole(params, text.encode(), '-o')
    # what the node would refuse is told now
    from_file(params)
    write_whole(launch, launch_file(params.name).encode(), '-o')
    files = {'network': str(network), 'params_file': str(params), 'launch_file': str(launch)}
    with printing():
        if as_json:
            click.echo(json.dumps({'task': task, 'topic': topic, **files}, indent=2))
            return
        click.echo(f'{params}\n{launch}')
        if not start:
            click.echo(f'start the node:  ros2 launch {shlex.quote(str(launch))}')
    if start:
        _start(params)


def _asked(what: str, question: str) -> str:
    """Return what a person types; :raises ConfigError: where nobody is there to be asked."""
    if not sys.stdin.isatty():
        raise ConfigError(what, 'is missing')
    return str(click.prompt(question, err=True)).strip()


def _network(
    context: click.Context,
    model: Path,
    output: Path,
    *,
    labels: str,
    decoder: str,
    tried: Path | None,
    force: bool,
    quiet: bool,
) -> Path:
    """Return the YAML file of the network, imported from an ONNX file where it is one."""
    from edge_sched_ros.execution.network import load_network

    if model.suffix.lower() in _YAML:
        load_network(model)
        return model
    # its module has the name of a keyword
    command = importlib.import_module('edge_sched_ros.cli.commands.import').COMMAND
    with redirect_stdout(io.StringIO()) if quiet else nullcontext():
        context.invoke(
            command, model=model, output=output, name=None, decoder=decoder, labels=labels,
            size='', tried=tried, topic='', at_s=0.0, force=force, as_json=False,
        )  # fmt: skip
    return output / f'{model.stem}.yaml'


def _start(params: Path) -> None:
    """Become the node, so that signals reach it; or say what is missing."""
    from edge_sched_ros.installation.own_module import module_command

    if importlib.util.find_spec('rclpy') is None:
        click.echo('the node is not started: source your ROS distro and workspace first', err=True)
        return
    command = module_command(
        'edge_sched_ros.nodes.scheduler_node', '--ros-args', '--params-file', str(params)
    )
    sys.stdout.flush()
    os.execv(command[0], command)


COMMAND = quickstart
