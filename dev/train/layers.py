# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Building blocks the three networks share."""

from __future__ import annotations

from pathlib import Path

import torch
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
    """Write an ONNX file with folded batch normalisation, weights inside."""
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
