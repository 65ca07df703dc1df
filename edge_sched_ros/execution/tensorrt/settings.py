# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How engines are to be built."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

from edge_sched_ros.execution.engine_options import EngineOptions
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.precisions import AUTO
from edge_sched_ros.execution.tensorrt.calibration import Sample

#: inputs of a network or a segment, of pictures of whoever asks
Samples = Callable[[NetworkSpec], Iterable[Sample]]


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """
    How engines are to be built and kept.

    :param precision: one of :data:`..precisions.PRECISIONS`
    :param strict_dla: refuse a DLA engine of which any layer runs on the GPU
    :param allow_gpu_fallback: let layers that the DLA cannot run go to the GPU
    :param cache: folder of the engines; ``None`` for the user's cache folder
    :param calibration: file of INT8 ranges; ``None`` for ``NETWORK.calib`` beside the ONNX file
    :param samples: gives the inputs of a network, each a batch of 1, or of a segment, each a whole
        batch, to measure INT8 ranges from and write that file anew; ``None`` to use it as it is
    """

    precision: str = AUTO
    strict_dla: bool = False
    allow_gpu_fallback: bool = False
    cache: Path | None = None
    calibration: Path | None = None
    samples: Samples | None = None

    def for_network(self, options: EngineOptions) -> BuildSettings:
        """Return the settings for one network: what its YAML says goes before these."""
        said = {key: value for key, value in options.said.items() if key != 'provider'}
        return replace(self, **said)
