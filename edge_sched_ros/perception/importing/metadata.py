# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What exporters write of a network: into the ONNX file, or into files beside it.

Ultralytics writes ``names``, ``stride``, ``task``, ``imgsz`` (height, width), ``args`` and
``end2end`` as Python literals into ``metadata_props``, YOLOv5 ``names`` and ``stride``.
Optimum writes ``config.json`` and ``preprocessor_config.json`` of Hugging Face beside the file, or
into the folder above ``onnx/``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.text_file import read_text
from edge_sched_ros.execution.network import NO_CLASS
from edge_sched_ros.perception.decoders.metadata import literal as python_literal

#: keys of class names, the last one of RapidAI's exports
_NAME_KEYS = ('names', 'class_names', 'labels', 'classes', 'character')
#: longer texts are no literals of an exporter
_LONGEST = 1 << 20
#: greatest side of an input, as in a network's file
_MOST_PIXELS = 100_000
#: greatest class id that a list of names is made for
_MOST_CLASSES = 100_000


@dataclass(frozen=True, slots=True)
class Told:
    """
    What is told of a network beside its graph.

    :param exporter: ``ultralytics``, ``yolov5``, ``huggingface``, or empty
    :param names: class names in the order of class ids; empty if they are not told
    :param names_from: where the names are
    :param size: width and height of the input
    :param task: task of Ultralytics, or architecture of Hugging Face
    :param picture: content of ``preprocessor_config.json``
    :param doubts: what is told but cannot be read, one sentence each
    """

    exporter: str = ''
    names: tuple[str, ...] = ()
    names_from: str = ''
    size: tuple[int, int] | None = None
    task: str = ''
    picture: Mapping[str, Any] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


def read_told(file: Path, metadata: Mapping[str, str]) -> Told:
    """Return what the metadata of an ONNX file and the files beside it tell."""
    doubts: list[str] = []
    if 'names' in metadata and 'stride' in metadata:
        named = literal(metadata['names'])
        names = names_of(named)
        if named is not None and not names:
            doubts.append('The class names in the metadata cannot be read.')
        return Told(
            exporter='ultralytics' if 'task' in metadata else 'yolov5',
            names=names,
            names_from='metadata of the file' if names else '',
            size=_size(literal(metadata.get('imgsz', ''))),
            task=metadata.get('task', ''),
            doubts=tuple(doubts),
        )
    names = _plain_names(metadata)
    if names:
        return Told(names=names, names_from='metadata of the file')
    config, picture = (
        _beside(file, name, doubts) for name in ('config.json', 'preprocessor_config.json')
    )
    if not config and not picture:
        return Told(doubts=tuple(doubts))
    names = names_of(config.get('id2label'))
    kinds = config.get('architectures')
    return Told(
        exporter='huggingface',
        names=names,
        names_from='config.json' if names else '',
        size=_hf_size(picture),
        task=str(kinds[0]) if isinstance(kinds, list) and kinds else '',
        picture=picture,
        doubts=tuple(doubts),
    )


def _plain_names(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names under the keys of other exporters: a literal, or one a line."""
    for key in _NAME_KEYS:
        text = metadata.get(key, '')
        found = names_of(literal(text))
        if not found and '\n' in text and len(text) <= _LONGEST:
            found = names_of(text.strip().splitlines())
        if found:
            return found
    return ()


def literal(text: str) -> Any:
    """Return the value of a Python literal or of JSON; ``None`` when it is neither."""
    if not text or len(text) > _LONGEST:
        return None
    value = python_literal(text)
    if value is not None:
        return value
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def names_of(value: Any) -> tuple[str, ...]:
    """
    Return class names from a list, or from a mapping of ids to names.

    Ids without a name become ``N/A``; a name that is there twice gets its id behind it, because
    labels must differ.
    """
    if isinstance(value, (list, tuple)):
        value = dict(enumerate(value))
    if not isinstance(value, dict) or not value:
        return ()
    try:
        by_id = {int(key): ' '.join(str(name).split()) for key, name in value.items()}
    except (TypeError, ValueError, OverflowError):
        return ()
    if min(by_id) < 0 or max(by_id) > _MOST_CLASSES:
        return ()
    found: list[str] = []
    taken: set[str] = set()
    for index in range(max(by_id) + 1):
        name = by_id.get(index, '') or NO_CLASS
        if name != NO_CLASS and name in taken:
            name = f'{name} {index}'
        taken.add(name)
        found.append(name)
    return tuple(found)


def _size(value: Any) -> tuple[int, int] | None:
    """Return (width, height) of Ultralytics' ``imgsz``: (height, width), or one side."""
    if type(value) is int:
        value = (value, value)
    if isinstance(value, (list, tuple)) and len(value) == 2:
        height, width = value
        if all(type(side) is int and 0 < side <= _MOST_PIXELS for side in value):
            return width, height
    return None


def _hf_size(picture: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return (width, height) of Hugging Face's ``crop_size`` or ``size``."""
    for key in ('crop_size', 'size'):
        value = picture.get(key)
        if isinstance(value, dict):
            found = _size([value.get('height'), value.get('width')])
            if found is not None:
                return found
        elif (found := _size(value)) is not None:
            return found
    return None


def _beside(file: Path, name: str, doubts: list[str]) -> dict[str, Any]:
    folders = [file.parent]
    if file.parent.absolute().name == 'onnx':
        folders.append(file.parent.absolute().parent)
    for folder in folders:
        path = folder / name
        if not path.is_file():
            continue
        try:
            value = json.loads(read_text(path))
        except (ConfigError, ValueError, RecursionError) as error:
            doubts.append(f'{name} beside the file cannot be read ({brief(error, 80)}).')
            return {}
        return value if isinstance(value, dict) else {}
    return {}
