# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The depth network: a small encoder-decoder that gives inverse depth."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from dev.train.dataset import Dataset
from dev.train.dataset import DEPTH_SIZE
from dev.train.layers import conv
from dev.train.layers import export
from dev.train.layers import Residual

_log = logging.getLogger(__name__)

_BATCH = 32


class Depth(nn.Module):
    """Input Nx3x120x160 BGR 0..255; output Nx1x60x80 inverse depth in 1/metres."""

    def __init__(self) -> None:
        super().__init__()
        self.down1 = conv(5, 16, stride=2)
        self.down2 = nn.Sequential(conv(16, 32, stride=2), Residual(32))
        self.down3 = nn.Sequential(conv(32, 48, stride=2), Residual(48))
        self.down4 = nn.Sequential(conv(48, 64, stride=2), Residual(64))
        self.up3, self.up2, self.up1 = conv(64, 48), conv(48, 32), conv(32, 16)
        self.last = nn.Sequential(conv(16, 16), nn.Conv2d(16, 1, 1))
        # where a pixel lies in the picture says much about its depth over flat ground
        self.register_buffer('rows', torch.linspace(-1, 1, DEPTH_SIZE[1])[None, None, :, None])
        self.register_buffer('columns', torch.linspace(-1, 1, DEPTH_SIZE[0])[None, None, None])

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return inverse depth."""
        # spread out here: as one plane each they would be a seventh of the file
        nothing = torch.zeros_like(images[:, :1])
        x1 = self.down1(torch.cat([images / 255, nothing + self.rows, nothing + self.columns], 1))
        x2 = self.down2(x1)
        x3 = self.down3(x2)
        x = self.down4(x3)
        x = functional.interpolate(self.up3(x), size=x3.shape[-2:]) + x3
        x = functional.interpolate(self.up2(x), size=x2.shape[-2:]) + x2
        x = functional.interpolate(self.up1(x), size=x1.shape[-2:]) + x1
        return functional.softplus(self.last(x)) + 0.02


def train(data: Dataset, file: Path, *, epochs: int = 6) -> None:
    """Train on a data set and write the ONNX file."""
    import cv2

    small = np.stack(
        [cv2.resize(i, DEPTH_SIZE, interpolation=cv2.INTER_AREA) for i in data.images]
    )
    model = Depth()
    steps = epochs * (len(small) // _BATCH)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps)
    random = np.random.default_rng(0)
    for epoch in range(epochs):
        model.train()
        order = random.permutation(len(small))
        total = 0.0
        for start in range(0, len(order) - _BATCH + 1, _BATCH):
            rows = order[start : start + _BATCH]
            gain = random.uniform(0.85, 1.15, (len(rows), 1, 1, 1)).astype(np.float32)
            images = torch.from_numpy(small[rows] * gain).clamp(0, 255).permute(0, 3, 1, 2)
            # every second pixel of every second: the one nearest the middle of an output pixel
            depths = torch.from_numpy(data.depths[rows, 1::2, 1::2].astype(np.float32))[:, None]
            if random.random() < 0.5:
                images, depths = images.flip(3), depths.flip(3)
            loss = _loss(model(images.contiguous()), depths)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        _log.info('depth epoch %d: loss %.4f', epoch + 1, total / (len(order) // _BATCH))
    example = torch.zeros(1, 3, DEPTH_SIZE[1], DEPTH_SIZE[0])
    export(model, example, file, input_name='images', output_name='inverse_depth')


def _loss(inverse: torch.Tensor, depths: torch.Tensor) -> torch.Tensor:
    """Mean absolute difference of log depths where there is a depth."""
    valid = torch.isfinite(depths)
    return (inverse.log() + torch.where(valid, depths, 1.0).log()).abs()[valid].mean()
