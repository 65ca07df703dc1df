# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Appearance embeddings: NxD, normalised to unit length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import Decoder
from edge_sched_ros.perception.decoders.metadata import task_of
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.sizes import DeclaredShape
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.results import Embeddings

_VECTOR = (
    'The graph does not tell whether its vector describes the appearance or scores of classes.'
)
#: height over width of the input from which it is likely for crops of people
_TALL = 1.5


class Embedding(Decoder):
    """Reads one vector per crop."""

    output = 'embeddings'

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise one vector per crop, with the name of an embedding."""
        if len(outputs) != 1 or len(outputs[0].shape) not in (2, 4) or task_of(metadata):
            return None
        sizes = [size for size in outputs[0].shape[1:] if size != 1]
        if len(sizes) != 1 or sizes[0] is None:
            return None
        name = outputs[0].name.lower()
        named = any(word in name for word in ('embed', 'feature', 'reid', 'descriptor'))
        # crops of people are tall; networks that classify take squares
        tall = input_size is not None and input_size[1] >= _TALL * input_size[0]
        return Recognition(LIKELY if named or tall else POSSIBLE, doubts=(_VECTOR,))

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that there is one vector per crop."""
        sizes = [size for size in outputs[0].shape[1:] if size != 1]
        if not sizes or len([size for size in sizes if size is not None]) > 1:
            raise self.misfit('one output NxD', outputs)

    def _may_vary(self, declared: DeclaredShape, axis: int) -> bool:
        # there is a row for each crop, whatever the network takes at a time
        return axis == 0

    def decode(self, outputs: list[NDArray[Any]], transform: Transform | None) -> Embeddings:
        """Return the vectors of all crops."""
        vectors = outputs[0].reshape(len(outputs[0]), -1).astype(np.float32)
        # what numpy.linalg.norm computes, without its choices
        length = np.sqrt(np.add.reduce(vectors * vectors, axis=1, keepdims=True))
        # one number tells that all is well, unless it is too large
        if not 0 < np.add.reduce(length, axis=None) < np.inf:
            self._check_lengths(length)
        return Embeddings(vectors / np.maximum(length, 1e-9))

    def _check_lengths(self, length: NDArray[np.float32]) -> None:
        """Check the lengths of vectors; :raises InvalidOutputError: when they say nothing."""
        if not np.isfinite(length).all() or (len(length) and not length.any()):
            kind = 'NaN or infinite' if length.any() else 'constant (0)'
            raise InvalidOutputError(self.output_names[0], kind, 'vectors')


DECODER = Embedding
