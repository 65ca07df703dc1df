# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is suspicious about the input that a network's YAML describes."""

from __future__ import annotations

from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.onnx_metadata import metadata_of

#: no network is trained on such a small range around 0..1, nor on a larger one
_GREATEST = 2.0


def input_doubt(spec: NetworkSpec) -> str:
    """
    Return what is suspicious about a network's input; empty if nothing is.

    Ultralytics trains on 0..1 (ultralytics/engine/predictor.py, ``preprocess``) and writes its
    name into ``author``; without ``scale`` such a network sees 0..255, and finds nothing.
    """
    picture = spec.input
    if picture.dtype == 'uint8' or spec.decoder_options.get('simulate'):
        return ''
    greatest = max(abs(255 * picture.scale - mean) / std for mean, std in _planes(spec))
    if greatest <= _GREATEST or metadata_of(spec.file).get('author') != 'Ultralytics':
        return ''
    return (
        f'input.scale makes values up to {greatest:.4g}, networks of Ultralytics take 0 to 1: is '
        'scale: 1/255 missing?'
    )


def _planes(spec: NetworkSpec) -> list[tuple[float, float]]:
    return list(zip(spec.input.mean, spec.input.std)) or [(0.0, 1.0)]
