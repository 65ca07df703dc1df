# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the decoder in a network's YAML is the one for its outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.network import NO_CLASS
from edge_sched_ros.execution.onnx_metadata import metadata_of
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.metadata import class_names
from edge_sched_ros.perception.decoders.metadata import task_of
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import recognise
from edge_sched_ros.perception.decoders.recognition import Recogniser


def options_of_outputs(
    spec: NetworkSpec, decoder: Recogniser, outputs: tuple[TensorInfo, ...]
) -> dict[str, Any]:
    """Return the options of a network's decoder that follow from the names of the outputs."""
    seen = decoder.recognise(outputs, metadata_of(spec.file), _size(spec))
    sure = seen is not None and seen.certainty == CERTAIN and not seen.doubts
    return dict(seen.options) if seen is not None and sure else {}


def check_recognised(
    spec: NetworkSpec, decoder: Recogniser, outputs: tuple[TensorInfo, ...]
) -> None:
    """
    Check that outputs that a decoder can read are not those of another one.

    :param decoder: the class of the network's decoder
    :raises ConfigError: naming the other decoder
    """
    metadata = metadata_of(spec.file)
    own = decoder.recognise(outputs, metadata, _size(spec))
    # a form that this decoder may have, too, is refused only where names or metadata tell
    enough = CERTAIN if own is not None else LIKELY
    level = 0 if own is None else own.certainty
    for name, seen in recognise(outputs, metadata, _size(spec)):
        if name != spec.decoder and seen.certainty >= enough and seen.certainty > level:
            found = ', '.join(map(str, outputs))
            told = 'its names or metadata say that ' if seen.certainty == CERTAIN else ''
            raise ConfigError(
                f'{spec.source}: decoder',
                f'{spec.decoder} would read {spec.file.name} ({found:.200}) wrongly; '
                f'{told}{name} would fit',
            )


def check_names(spec: NetworkSpec) -> None:
    """
    Check that labels are not in another order than the names that Ultralytics writes.

    Labels of other words may be a translation: :func:`names_doubt` tells them.

    :raises ConfigError: naming the first one that has another place
    """
    metadata = metadata_of(spec.file)
    if not (task_of(metadata) or 'stride' in metadata):
        return  # others may count the background
    names = class_names(metadata)
    for index, label in enumerate(spec.labels):
        if label in names and label not in names[index : index + 1]:
            raise ConfigError(
                f'{spec.source}: labels.{index}',
                f"is '{label}', which is class {names.index(label)} in the metadata of "
                f'{spec.file.name}',
            )


def names_doubt(spec: NetworkSpec) -> str:
    """Return how far labels are others than the names in the file's metadata; empty if none."""
    return unlike_names(spec.labels, class_names(metadata_of(spec.file)), spec.file.name)


def unlike_names(labels: Sequence[str], names: Sequence[str], file: str) -> str:
    """
    Return how many labels are other words than the names that a network's file tells.

    Case, blanks and signs between words do not count. Lists of other lengths are not compared: one
    of them may count the background.

    :param file: the name of the network's file, for the text
    """
    if len(labels) != len(names):
        return ''
    unlike = [
        (index, label, name)
        for index, (label, name) in enumerate(zip(labels, names))
        if label != NO_CLASS and _word(label) != _word(name)
    ]
    if not unlike:
        return ''
    index, label, name = unlike[0]
    return (
        f'labels and the metadata of {file} differ in {len(unlike)} of {len(names)} names: labels.'
        f"{index} is '{brief(label, 40)}', there it is '{brief(name, 40)}'"
    )


def _word(name: str) -> str:
    return ''.join(filter(str.isalnum, name.casefold()))


def _size(spec: NetworkSpec) -> tuple[int, int]:
    return spec.input.width, spec.input.height
