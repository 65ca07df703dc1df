# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched score``: the accuracy of results in a bag."""

from __future__ import annotations

import json
import math
from pathlib import Path

import click

from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.core.errors import ConfigError


@click.command('score')
@click.argument('results', type=NamedPath(path_type=Path))
@click.argument('truth', type=NamedPath(path_type=Path))
@click.option(
    '--topic',
    'pairs',
    multiple=True,
    metavar='RESULT=TRUTH',
    help='A topic of RESULTS and the one of TRUTH to compare it with; may be given several times. '
    'Without it: all topics that both bags have, but pictures of cameras.',
)
@click.option(
    '--ignore-below',
    type=FiniteRange(0, 1),
    default=0.0,
    show_default=True,
    help='True boxes with a lower score may be found or not (0.35 for the scenes of the demo).',
)
@click.option('--json', 'as_json', is_flag=True, help='Print the figures as JSON.')
def score(
    results: Path, truth: Path, pairs: tuple[str, ...], ignore_below: float, as_json: bool
) -> None:
    """
    Compare the results of a run with the truth, frame by frame, by the stamps of their headers.

    RESULTS is a bag, such as edge-sched replay writes, and TRUTH a bag with messages of the same
    types: marked by hand, rendered, or the results of a better network.
    """
    from edge_sched_ros.bags.scored_topics import score_topics
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.reporting.layout import show_table

    found = score_topics(results, truth, _pairs(pairs), ignore_below=ignore_below)
    with printing():
        if as_json:
            print(json.dumps({one.topic: _plain(one) for one in found}, indent=2))
            return
        rows = [
            (one.topic, f'{one.frames} of {one.true_frames}', name, _shown(value))
            for one in found
            for name, value in one.measures.items()
        ]
        show_table(('topic', 'frames', 'measure', 'value'), rows, output_console(), left=3)


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        topic, _, other = text.partition('=')
        if not topic or not other:
            raise ConfigError('--topic', f"'{text}' is not of the form RESULT=TRUTH")
        if topic in found:
            raise ConfigError('--topic', f"'{topic}' is given twice")
        found[topic] = other
    return found


def _plain(one: object) -> dict[str, object]:
    from dataclasses import asdict

    plain = asdict(one)  # type: ignore[call-overload]
    measures = {
        name: None if math.isnan(value) else round(value, 6)
        for name, value in plain['measures'].items()
    }
    return {**plain, 'measures': measures}


def _shown(value: float) -> str:
    return 'nothing there' if math.isnan(value) else f'{value:.4f}'


COMMAND = score
