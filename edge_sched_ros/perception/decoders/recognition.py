# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which decoders a network's outputs look made for, by their names, shapes and metadata."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Protocol

from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.built_in import decoder_classes

#: how certain a recognition is
POSSIBLE, LIKELY, CERTAIN = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Recognition:
    """
    How far a network's outputs look like those that a decoder reads.

    :param certainty: :data:`POSSIBLE`, :data:`LIKELY`, or :data:`CERTAIN` when names or metadata
        say so
    :param options: ``decoder_options`` that follow
    :param doubts: what the graph does not tell, one sentence each
    :param classes: number of classes that the outputs have; ``None`` if they do not tell
    """

    certainty: int
    options: Mapping[str, Any] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    classes: int | None = None


class Recogniser(Protocol):
    """A class of decoders, as far as it recognises outputs."""

    def recognise(
        self,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Return how far outputs look like those that the decoder reads; ``None`` if not."""


def recognise(
    outputs: tuple[TensorInfo, ...],
    metadata: Mapping[str, str],
    input_size: tuple[int, int] | None,
) -> list[tuple[str, Recognition]]:
    """
    Return the names of the decoders of this package that may fit, the most certain first.

    :param outputs: the network's outputs, in their order
    :param metadata: ``metadata_props`` of its ONNX file
    :param input_size: width and height of its input; ``None`` if they vary
    """
    found = []
    for name, decoder in sorted(decoder_classes().items()):
        seen = decoder.recognise(outputs, metadata, input_size)
        if seen is not None:
            found.append((name, seen))
    # of equal certainty the one with fewer doubts
    return sorted(found, key=lambda one: (-one[1].certainty, len(one[1].doubts)))


def grid_cells(input_size: tuple[int, int] | None, strides: Sequence[int] = (8, 16, 32)) -> int:
    """Return the number of cells of grids with these strides; 0 for an unknown size."""
    if input_size is None:
        return 0
    width, height = input_size
    return sum((width // stride) * (height // stride) for stride in strides)


def only(outputs: tuple[TensorInfo, ...], dimensions: int) -> TensorInfo | None:
    """Return the only output with one picture and so many dimensions, if there is just one."""
    found = [
        info for info in outputs if len(info.shape) == dimensions and info.shape[0] in (1, None)
    ]
    return found[0] if len(found) == 1 == len(outputs) else None
