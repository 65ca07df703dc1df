# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A trial of a network on one picture: its result as a picture, a line and JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from edge_sched_ros.cli.output import printing
from edge_sched_ros.documents.output_file import write_whole
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.perception.drawing.draw import draw
from edge_sched_ros.perception.importing.trial import described
from edge_sched_ros.perception.importing.trial import run_once
from edge_sched_ros.perception.importing.trial import sentence
from edge_sched_ros.pipeline.debug.picture import shown
from edge_sched_ros.reporting.layout import output_console
from edge_sched_ros.reporting.layout import show_line


def try_again(file: Path, output: Path, image: SourceImage, as_json: bool) -> None:
    """
    Run a network as its YAML file describes it now, and show the result.

    :param output: folder for the picture with the result
    :raises ConfigError: when it cannot be loaded or run
    """
    trial = try_network(load_network(file), image, output / f'{file.stem}.try.png')
    with printing():
        if as_json:
            click.echo(json.dumps({'file': str(file), 'try': trial}, indent=2))
        else:
            show_trial(trial)


def try_network(spec: NetworkSpec, image: SourceImage, file: Path) -> dict[str, Any]:
    """
    Run a network on a picture, draw the result into a file, and return it for JSON.

    :raises ConfigError: when it cannot be loaded or run, or the file cannot be written
    """
    import cv2

    result, doubt = run_once(spec, image, '--try')
    there, data = cv2.imencode('.png', draw(shown(image), result))
    assert there, 'OpenCV writes every 8-bit picture as PNG'
    write_whole(file, data.tobytes(), '--try')
    return {'picture': str(file), 'suspicious': doubt, **described(result)}


def show_trial(trial: dict[str, Any]) -> None:
    """Print what :func:`try_network` returns."""
    console = output_console()
    show_line(f'{sentence(trial)}; drawn in {trial["picture"]}', console)
    if trial['suspicious']:
        show_line(f'suspicious: {trial["suspicious"]}', console)
