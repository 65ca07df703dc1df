# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the layers of an engine run, as the engine inspector tells."""

from __future__ import annotations

import json
from dataclasses import asdict
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.errors import ConfigError

#: kinds of layers that run on the GPU though their names look like a DLA's.
#: From memory of TensorRT's inspector, not from its documentation.
_GPU_KINDS = ('myelin', 'kgen', 'gpu')


@dataclass(frozen=True, slots=True)
class Placement:
    """
    How many layers of an engine run where.

    :param dla: parts that run on a DLA; each is one loadable
    :param gpu: layers that compute on the GPU
    :param reformat: layers on the GPU that only rearrange data
    :param tensors: inputs and outputs; data may have to be rearranged once for each
    """

    dla: int
    gpu: int
    reformat: int
    tensors: int

    def to_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return asdict(self)


def count_layers(information: str, *, tensors: int) -> Placement:
    """
    Count the layers of an engine.

    A DLA's part shows as ``{ForeignNode[...]}``, which is a pattern of names and no API; the GPU's
    fused parts look the same and differ by their type, which only a detailed engine has.

    :param information: the inspector's JSON
    :param tensors: how many inputs and outputs the engine has
    :raises ValueError: when it has no list of layers
    """
    data = json.loads(information)
    layers = data.get('Layers') if isinstance(data, dict) else None
    if not isinstance(layers, list):
        raise ValueError('the engine inspector shows no layers')
    counts = {'dla': 0, 'gpu': 0, 'reformat': 0}
    for entry in layers:
        counts[_place(entry)] += 1
    return Placement(**counts, tensors=tensors)


def _place(entry: Any) -> str:
    if isinstance(entry, dict):
        name, kind = str(entry.get('Name', '')), str(entry.get('LayerType', '')).lower()
    else:
        name, kind = str(entry), ''
    if kind == 'dla':
        return 'dla'
    if 'ForeignNode[' in name and not any(word in kind for word in _GPU_KINDS):
        return 'dla'
    if 'reformat' in kind or 'reformat' in name.lower() or ' copy' in name.lower():
        return 'reformat'
    return 'gpu'


def check_on_dla(placement: Placement, strict: bool, *, where: str) -> None:
    """
    Refuse a DLA engine that runs on the GPU as a whole, and a strict one that is not one part.

    :raises ConfigError: saying what runs elsewhere
    """
    if strict:
        check_strict(placement, where=where)
    elif not placement.dla:
        raise ConfigError(
            where, f'no layer of it runs on the DLA ({placement.gpu} on the GPU): use the GPU'
        )


def check_strict(placement: Placement, *, where: str) -> None:
    """
    Refuse a DLA engine that is not one part on the DLA.

    :raises ConfigError: saying what runs elsewhere
    """
    problem = ''
    if placement.gpu:
        problem = f'{placement.gpu} layers run on the GPU'
    elif placement.dla != 1:
        problem = f'it is {placement.dla} parts on the DLA instead of one'
    elif placement.reformat > placement.tensors:
        problem = f'{placement.reformat} layers rearrange data on the GPU'
    if problem:
        raise ConfigError(where, f'is not strictly a DLA engine: {problem}')
