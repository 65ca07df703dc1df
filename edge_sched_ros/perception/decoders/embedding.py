# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Appearance embeddings: NxD, normalised to unit length."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import Decoder
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.results import Embeddings


class Embedding(Decoder):
    """Reads one vector per crop."""

    output = 'embeddings'

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that there is one vector per crop."""
        sizes = [size for size in outputs[0].shape[1:] if size != 1]
        if not sizes or len([size for size in sizes if size is not None]) > 1:
            raise self.misfit('one output NxD', outputs)

    def decode(self, outputs: list[NDArray[Any]], transform: Transform | None) -> Embeddings:
        """Return the vectors of all crops."""
        vectors = outputs[0].reshape(len(outputs[0]), -1).astype(np.float32)
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(length).all() or (len(length) and not length.any()):
            kind = 'NaN or infinite' if length.any() else 'constant (0)'
            raise InvalidOutputError(self.output_names[0], kind, 'vectors')
        return Embeddings(vectors / np.maximum(length, 1e-9))


DECODER = Embedding
