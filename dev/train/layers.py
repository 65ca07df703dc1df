# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Building blocks the three networks share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper
from onnx import numpy_helper
from onnx import TensorProto
from torch import nn


def conv(inputs: int, outputs: int, *, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    """Return convolution, batch normalisation and ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """Two convolutions around a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(conv(channels, channels), conv(channels, channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return ``x`` plus what the body makes of it; same shape."""
        return x + self.body(x)


def export(
    model: nn.Module,
    example: torch.Tensor,
    file: Path,
    *,
    input_name: str,
    output_name: str,
    dynamic_batch: bool = False,
) -> None:
    """Write an ONNX file with folded batch normalisation, weights inside in half precision."""
    model.eval()
    axes = {input_name: {0: 'batch'}, output_name: {0: 'batch'}} if dynamic_batch else None
    torch.onnx.export(
        model,
        (example,),
        str(file),
        input_names=[input_name],
        output_names=[output_name],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
    halve_weights(file)


def halve_weights(file: Path) -> None:
    """
    Keep the weights in half precision, widened by a cast when the network is loaded.

    Half the size; the arithmetic stays in single precision, engines fold the casts away.
    """
    model = onnx.load(file)
    graph = model.graph
    casts = []
    for weights in graph.initializer:
        if weights.data_type != TensorProto.FLOAT or np.prod(weights.dims) < 1000:
            continue
        name = weights.name
        half = numpy_helper.to_array(weights).astype(np.float16)
        weights.CopyFrom(numpy_helper.from_array(half, f'{name}_half'))
        casts.append(helper.make_node('Cast', [f'{name}_half'], [name], to=TensorProto.FLOAT))
    for index, node in enumerate(casts):
        graph.node.insert(index, node)
    onnx.checker.check_model(model)
    onnx.save(model, file)
