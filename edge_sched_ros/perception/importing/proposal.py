# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Proposes the description of a network: decoder, labels and input, and what is not certain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.yaml_file import flow
from edge_sched_ros.perception.decoders.built_in import decoder_classes
from edge_sched_ros.perception.decoders.installed_recognition import recognise_all
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.importing.conventions import convention_of
from edge_sched_ros.perception.importing.extra_inputs import extra_inputs
from edge_sched_ros.perception.importing.graph import OnnxGraph
from edge_sched_ros.perception.importing.label_choice import choose_labels
from edge_sched_ros.perception.importing.metadata import read_told
from edge_sched_ros.perception.importing.metadata import Told
from edge_sched_ros.perception.importing.own_normalisation import own_normalisation
from edge_sched_ros.perception.importing.picture_input import picture_input
from edge_sched_ros.perception.importing.picture_input import PictureInput

#: side of an input whose size may vary and that nothing tells, in pixels
_USUAL_SIDE = 640


@dataclass(frozen=True, slots=True)
class Wishes:
    """
    What the user says of a network.

    :param decoder: empty to choose it by the outputs
    :param labels: class names; empty to take those that the network's files tell
    :param size: width and height of an input that may vary
    """

    decoder: str = ''
    labels: tuple[str, ...] = ()
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    A proposed description of a network.

    :param values: content of its YAML file, except ``file``
    :param told: why each of them is so, by key
    :param doubts: what is not certain, one sentence each
    :param others: other decoders that may fit
    """

    graph: OnnxGraph
    values: Mapping[str, Any]
    told: Mapping[str, str]
    doubts: tuple[str, ...]
    others: tuple[str, ...]


def propose(
    graph: OnnxGraph,
    wishes: Wishes,
    refuted: Mapping[str, str] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> Proposal:
    """
    Return the description that follows from a graph and the files beside it.

    :param refuted: decoders that were found not to fit, and why
    :param options: decoder -> ``decoder_options`` that its results asked for
    :raises ConfigError: when there is no input for a picture, or no decoder for the outputs
    """
    picture = picture_input(graph)
    known = read_told(graph.file, graph.metadata)
    doubts = list(known.doubts)
    if graph.need:
        doubts.append(f'No CPU core can run it: {graph.need}.')
    width, height = _size(graph, picture, known, wishes, doubts)
    extra = extra_inputs(graph, picture)
    outputs = tuple(info for info in graph.outputs if info.name not in extra.states)
    name, seen, others = _decoder(
        replace(graph, outputs=outputs), (width, height), wishes, refuted or {}
    )
    doubts += [f'{other} is not it: {why}' for other, why in (refuted or {}).items()]
    found = dict((options or {}).get(name, {}))
    # what the graph does not tell, the picture told
    doubts += [one for one in seen.doubts if not any(key in one for key in found)]
    if found:
        doubts.append(f'{flow(found)[1:-1]} is what the values for one picture tell.')
    if others and seen.certainty < CERTAIN:
        doubts.append(f'Other decoders may fit, too: {", ".join(others)} (--decoder NAME).')
    labels, labels_from = choose_labels(
        name, graph.file.name, seen.classes, known, wishes.labels, doubts
    )
    own_input, input_from = _input(name, graph, picture, known, doubts)
    values: dict[str, Any] = {
        'input': {
            'name': picture.info.name,
            'width': width,
            'height': height,
            'layout': picture.layout,
            **own_input,
        },
        'inputs': {key: dict(own) for key, own in extra.values.items()},
        'decoder': name,
    }
    if not extra.values:
        del values['inputs']
    if seen.options or found:
        values['decoder_options'] = {**seen.options, **found}
    if labels:
        values['labels'] = list(labels)
    doubts += extra.doubts
    told = {'input': input_from, 'decoder': _why(seen, wishes), 'labels': labels_from}
    return Proposal(graph, values, told, tuple(dict.fromkeys(doubts)), others)


def _size(
    graph: OnnxGraph,
    picture: PictureInput,
    known: Told,
    wishes: Wishes,
    doubts: list[str],
) -> tuple[int, int]:
    fixed = (picture.width, picture.height)
    if wishes.size is not None:
        for own, given in zip(fixed, wishes.size):
            if own is not None and own != given:
                shape = 'x'.join('?' if side is None else str(side) for side in fixed)
                raise ConfigError('--size', f'{graph.file.name} takes only {shape} pixels')
        return wishes.size
    if fixed[0] is not None and fixed[1] is not None:
        return fixed[0], fixed[1]
    usual = known.size or (_USUAL_SIDE, _USUAL_SIDE)
    size = (fixed[0] or usual[0], fixed[1] or usual[1])
    why = 'its metadata name this one' if known.size else 'this one is usual'
    doubts.append(f'The size of the input may vary; {why}: {size[0]}x{size[1]} (--size).')
    return size


def _decoder(
    graph: OnnxGraph, size: tuple[int, int], wishes: Wishes, refuted: Mapping[str, str]
) -> tuple[str, Recognition, tuple[str, ...]]:
    found = recognise_all(graph.outputs, graph.metadata, size)
    found = [(name, seen) for name, seen in found if name not in refuted]
    # a decoder that sees that it is wrong may know the right one
    found.sort(key=lambda one: not any(f'{one[0]} would' in why for why in refuted.values()))
    by_name = dict(found)
    if wishes.decoder:
        is_own = ':' in wishes.decoder or wishes.decoder not in decoder_classes()
        seen = by_name.get(wishes.decoder)
        if seen is None:
            doubt = () if is_own else (f'The outputs do not look like those of {wishes.decoder}.',)
            seen = Recognition(0, {}, doubt)
        return wishes.decoder, seen, tuple(name for name in by_name if name != wishes.decoder)
    if not found:
        outputs = ', '.join(map(str, graph.outputs))
        raise ConfigError(
            str(graph.file),
            f'no decoder reads its outputs: {outputs:.220}. Write one (edge-sched '
            'new decoder NAME) and give it as --decoder package.module:Class',
        )
    (name, seen), *others = found
    return name, seen, tuple(other for other, _ in others)


def _input(
    decoder: str, graph: OnnxGraph, picture: PictureInput, known: Told, doubts: list[str]
) -> tuple[dict[str, Any], str]:
    convention = convention_of(decoder, graph, known)
    values: dict[str, Any] = {} if convention is None else dict(convention.values)
    if convention is None:
        doubts.append(
            'Nothing tells colour, scale, mean and resize of the input: see its training.'
        )
    elif not convention.told:
        doubts.append(f'Colour, scale and resize are those of {convention.source}.')
    if convention is not None:
        doubts += convention.doubts
    own = own_normalisation(graph.file, picture.info.name)
    if not own.is_none:
        doubts.append(f'The graph itself {own}: that is left to it.')
        values = own.left_of(values)
    if picture.gray:
        values['colour'] = 'gray'
        values = {key: own for key, own in values.items() if key not in ('mean', 'std')}
    if picture.info.dtype == 'uint8':
        values = {k: own for k, own in values.items() if k not in ('scale', 'mean', 'std')}
        values['dtype'] = 'uint8'
    elif picture.info.dtype == 'float16':
        values['dtype'] = 'float16'
    return values, '' if convention is None else convention.source


def _why(seen: Recognition, wishes: Wishes) -> str:
    if wishes.decoder:
        return '--decoder'
    words = {1: 'possible by the shapes', 2: 'likely by the shapes', 3: 'by names or metadata'}
    return words.get(seen.certainty, '')
