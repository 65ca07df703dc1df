# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decoders of outputs that a test makes."""

from __future__ import annotations

from pathlib import Path

from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.making import make_decoder

#: a file of this name does not exist, so that no metadata tells
_FILE = Path('no_such_net.onnx')


def infos(*outputs, names=()):
    """Return what a network says of its outputs: arrays, or (shape, dtype)."""
    found = []
    for index, one in enumerate(outputs):
        shape, dtype = (one.shape, one.dtype.name) if hasattr(one, 'dtype') else one
        found.append(TensorInfo(names[index] if names else f'output{index}', shape, dtype))
    return tuple(found)


def decoder_of(
    name, *outputs, size=(64, 64), resize='letterbox', labels=(), file=_FILE, **options
):
    """Return the decoder of a network with an input of this size and these outputs."""
    picture = InputSpec(*size, resize=resize)
    spec = NetworkSpec('net', Path('net.yaml'), file, picture, name, options, tuple(labels))
    return make_decoder(spec, infos(*outputs), {})
