# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched import``: from an ONNX file to the YAML file of a network."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Any
from typing import TYPE_CHECKING

import click

from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.options import refuse_idle
from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import check_output
from edge_sched_ros.documents.output_file import write_whole

if TYPE_CHECKING:
    from edge_sched_ros.perception.importing.proposal import Proposal

_YAML = ('.yaml', '.yml')
#: options that say what the YAML file of a network says
_OF_PROPOSALS = ('name', 'decoder', 'labels', 'size', 'force')
_SIZE = re.compile(r'([1-9]\d{0,4})x([1-9]\d{0,4})')


@click.command('import')
@click.argument('model', type=NamedPath(path_type=Path))
@click.option(
    '-o',
    '--output',
    type=NamedPath(path_type=Path, file_okay=False),
    default=Path('.'),
    metavar='FOLDER',
    help='Folder to write the YAML file to.  [default: this folder]',
)
@click.option('--name', default=None, help='Name of the network.  [default: that of the file]')
@click.option('--decoder', default='', help='Decoder to use instead of the one that fits best.')
@click.option(
    '--labels',
    default='',
    metavar='FILE|SET',
    help='Class names: a file with one a line, or coco, coco91, voc, voc21, cityscapes, dota.',
)
@click.option(
    '--size', default='', metavar='WxH', help='Width and height of an input that may vary.'
)
@click.option(
    '--try',
    'tried',
    type=NamedPath(path_type=Path),
    default=None,
    metavar='PICTURE|BAG|VIDEO',
    help='Run the network on a picture, and draw the result over it.',
)
@click.option('--topic', default='', help='Image topic of the bag to try.  [default: its first]')
@click.option(
    '--at',
    'at_s',
    type=FiniteRange(0),
    default=0.0,
    help='Time of the picture in a bag or video, in seconds.',
)
@click.option('--force', is_flag=True, help='Replace a YAML file that exists.')
@click.option('--json', 'as_json', is_flag=True, help='Print the result as JSON.')
@click.pass_context
def import_(
    context: click.Context,
    model: Path,
    output: Path,
    name: str | None,
    decoder: str,
    labels: str,
    size: str,
    tried: Path | None,
    topic: str,
    at_s: float,
    force: bool,
    as_json: bool,
) -> None:
    """
    Propose the YAML file of a network for MODEL, an ONNX file.

    The command reads inputs, outputs, shapes and metadata of the file, and config.json and
    preprocessor_config.json beside it. It writes NAME.yaml with decoder, labels and input, and
    lists what the file does not tell. --try shows whether the proposal is right: it runs the
    network on the CPU and writes NAME.try.png. With a YAML file as MODEL, --try runs it as it is.
    """
    from edge_sched_ros.cli.network_trial import try_again
    from edge_sched_ros.cli.network_trial import try_network
    from edge_sched_ros.cli.trial_picture import image_of
    from edge_sched_ros.cli.trial_picture import picture_of
    from edge_sched_ros.perception.importing.document import document
    from edge_sched_ros.perception.importing.graph import read_graph
    from edge_sched_ros.perception.importing.label_sets import labels_of
    from edge_sched_ros.perception.importing.proposal import Wishes
    from edge_sched_ros.perception.importing.search import search
    from edge_sched_ros.perception.importing.trial import image_of_bgr

    if model.suffix.lower() in _YAML:
        idle = f'with {model.name}, which is a YAML file and is read as it is'
        refuse_idle(context, dict.fromkeys(_OF_PROPOSALS, idle))
        if tried is None:
            raise ConfigError('--try', f"is missing: {model.name} is a network's file already")
        try_again(model, output, image_of(tried, topic=topic, at_s=at_s), as_json)
        return
    if tried is None:
        refuse_idle(context, dict.fromkeys(('topic', 'at_s'), 'without --try'))
    stem = _stem(model, name)
    path, picture_file = output / f'{stem}.yaml', output / f'{stem}.try.png'
    check_output(path, '-o', inputs=[model])
    if path.exists() and not force:
        raise ConfigError('-o', f"'{path}' exists: give --force to replace it, or another --name")
    wishes = Wishes(decoder, labels_of(labels, '--labels') if labels else (), _size(size))
    picture = None if tried is None else picture_of(tried, topic=topic, at_s=at_s)
    graph = read_graph(model)
    trial: dict[str, Any] | None = None
    if picture is None:
        proposal, _ = search(graph, wishes, path)
    else:
        run = partial(try_network, image=image_of_bgr(picture), file=picture_file)
        try:
            proposal, trial = search(graph, wishes, path, run)
        except ConfigError as error:
            if error.where != '--try':
                raise
            # what to change is in there
            proposal, _ = search(graph, wishes, path)
            write_whole(path, document(proposal, output).encode(), '-o')
            raise ConfigError(error.where, f'{error.problem}; {path} is written') from None
    write_whole(path, document(proposal, output).encode(), '-o')
    with printing():
        if as_json:
            click.echo(json.dumps(_told(proposal, path, trial), indent=2))
        else:
            _show(proposal, path, trial)


def _stem(model: Path, name: str | None) -> str:
    stem = model.stem if name is None else name
    if not stem or stem in ('.', '..') or '/' in stem or not stem.isprintable():
        raise ConfigError('--name', f'must be a name for a file, not {stem!r:.60}')
    return stem


def _size(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    found = _SIZE.fullmatch(text.strip().lower())
    if found is None:
        raise ConfigError('--size', f"must be WIDTHxHEIGHT in pixels, not '{text:.60}'")
    return int(found[1]), int(found[2])


def _told(proposal: Proposal, path: Path, trial: dict[str, Any] | None) -> dict[str, Any]:
    graph = proposal.graph
    return {
        'file': str(path),
        'network': dict(proposal.values),
        'why': {key: why for key, why in proposal.told.items() if why},
        'not_certain': list(proposal.doubts),
        'other_decoders': list(proposal.others),
        'inputs': [str(info) for info in graph.inputs],
        'outputs': [str(info) for info in graph.outputs],
        'metadata': sorted(graph.metadata),
        'try': trial,
    }


def _show(proposal: Proposal, path: Path, trial: dict[str, Any] | None) -> None:
    from edge_sched_ros.cli.network_trial import show_trial
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.reporting.layout import show_line

    console, values = output_console(), proposal.values
    show_line(f'decoder  {values["decoder"]} ({proposal.told["decoder"]})', console)
    own = values['input']
    kept = [own[key] for key in ('layout', 'colour', 'resize') if key in own]
    show_line(f'input    {own["width"]}x{own["height"]} {" ".join(kept)}', console)
    labels = values.get('labels', ())
    if labels:
        first = ', '.join(labels[:3]) + (', ...' if len(labels) > 3 else '')
        show_line(f'labels   {len(labels)} ({first}) from {proposal.told["labels"]}', console)
    for doubt in proposal.doubts:
        show_line(f'not certain: {doubt}', console)
    if trial is not None:
        show_trial(trial)
    show_line(str(path), console)


COMMAND = import_
