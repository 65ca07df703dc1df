# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How engines are to be built."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_sched_ros.execution.engine_options import EngineOptions

#: fp16 where the API has it, else strong: what a DLA and most GPUs are fastest with
AUTO = 'auto'
FP32 = 'fp32'
FP16 = 'fp16'
INT8 = 'int8'
#: types are those written in the ONNX file
STRONG = 'strong'
PRECISIONS = (AUTO, FP32, FP16, INT8, STRONG)


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """
    How engines are to be built and kept.

    :param precision: one of :data:`PRECISIONS`
    :param strict_dla: refuse a DLA engine of which any layer runs on the GPU
    :param allow_gpu_fallback: let layers that the DLA cannot run go to the GPU
    :param cache: folder of the engines; ``None`` for the user's cache folder
    :param calibration: file of INT8 ranges; ``None`` for ``NETWORK.calib`` beside the ONNX file
    """

    precision: str = AUTO
    strict_dla: bool = False
    allow_gpu_fallback: bool = False
    cache: Path | None = None
    calibration: Path | None = None

    def for_network(self, options: EngineOptions) -> BuildSettings:
        """Return the settings for one network: what its YAML says goes before these."""
        said = {name: getattr(options, name) for name in options.__slots__}
        return replace(self, **{name: v for name, v in said.items() if v is not None})
