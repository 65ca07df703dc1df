# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads the outputs of a network with its decoder, and checks what own code returns."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.perception.results import Classes
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import Embeddings

#: kind of the results of a decoder -> its class
_CLASSES = {
    'detections': Detections,
    'depth': DepthMap,
    'segmentation': ClassMap,
    'classification': Classes,
    'embeddings': Embeddings,
}


def result_of(decoder: Any, outputs: list[NDArray[Any]], transform: Transform | None) -> Any:
    """
    Return :meth:`Decoder.result`, or what own code has in its place; raises the same.

    :param transform: ``None`` for crops
    :raises TypeError: when own code returns another kind of result than it says
    """
    read = getattr(decoder, 'result', None)
    # own code needs no more than ``decode``
    result = (decoder.decode if read is None else read)(outputs, transform)
    wanted = _CLASSES.get(getattr(decoder, 'output', 'none'))
    if wanted is not None and not isinstance(result, wanted):
        raise TypeError(
            f'decoder {type(decoder).__name__} must return {wanted.__name__} (its output is '
            f"'{decoder.output}'), not {type(result).__name__}"
        )
    return result
