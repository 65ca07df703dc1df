# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The detector: anchor-free, two scales, exported in YOLOX's raw form."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from dev.train.dataset import Dataset
from dev.train.layers import conv
from dev.train.layers import export
from dev.train.layers import Residual
from edge_sched_ros.scenes.world import CLASSES

_log = logging.getLogger(__name__)

STRIDES = (8, 16)
#: boxes larger than this are learned at the coarser scale, pixels
_SPLIT_PX = 72
_BATCH = 32


class Detector(nn.Module):
    """
    Input Nx3x240x320 BGR 0..255.

    Output Nx(cells)x(5+C): (x, y, log w, log h) raw in cells, objectness and classes sigmoid.
    """

    def __init__(self, classes: int = len(CLASSES)) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv(3, 16, stride=2), conv(16, 24, stride=2))
        self.fine = nn.Sequential(conv(24, 40, stride=2), Residual(40))
        self.coarse = nn.Sequential(conv(40, 64, stride=2), Residual(64), Residual(64))
        self.context = nn.Sequential(conv(64, 64, stride=2), conv(64, 64))
        self.merge_coarse = conv(64, 48, kernel=1)
        self.merge_fine = conv(40, 48, kernel=1)
        self.heads = nn.ModuleList(
            nn.Sequential(conv(48, 48), conv(48, 48), nn.Conv2d(48, 5 + classes, 1))
            for _ in STRIDES
        )
        for head in self.heads:
            nn.init.constant_(head[-1].bias[4:], -4.0)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the raw YOLOX output."""
        fine = self.fine(self.stem(images / 255))
        coarse = self.coarse(fine)
        context = functional.interpolate(self.context(coarse), size=coarse.shape[-2:])
        coarse = self.merge_coarse(coarse + context)
        fine = self.merge_fine(fine) + functional.interpolate(coarse, size=fine.shape[-2:])
        outputs = [head(x).flatten(2) for head, x in zip(self.heads, (fine, coarse))]
        raw = torch.cat(outputs, dim=2).transpose(1, 2)
        if self.training:
            return raw
        return torch.cat([raw[..., :4], raw[..., 4:].sigmoid()], dim=-1)


def cells(height: int = 240, width: int = 320) -> torch.Tensor:
    """Return (column, row, stride) of every output row."""
    parts = []
    for stride in STRIDES:
        rows, columns = torch.meshgrid(
            torch.arange(height // stride), torch.arange(width // stride), indexing='ij'
        )
        part = torch.stack([columns, rows, torch.full_like(rows, stride)], dim=-1)
        parts.append(part.reshape(-1, 3))
    return torch.cat(parts).float()


def _assign(boxes: torch.Tensor, grid: torch.Tensor) -> torch.Tensor:
    """Return the index of the box each cell is to find, -1 for none; NxM boxes, N x cells."""
    centres = (grid[:, :2] + 0.5) * grid[:, 2:]
    x0, y0, x1, y1 = (boxes[..., None, i] for i in range(1, 5))
    size = torch.maximum(x1 - x0, y1 - y0)
    radius = torch.minimum(1.5 * grid[:, 2], 0.5 * torch.minimum(x1 - x0, y1 - y0) + 4)
    near = ((x0 + x1) / 2 - centres[:, 0]).abs().le(radius) & (
        ((y0 + y1) / 2 - centres[:, 1]).abs().le(radius)
    )
    right_scale = (size > _SPLIT_PX) == (grid[:, 2] == STRIDES[1])
    fits = near & right_scale & (boxes[..., None, 0] >= 0)
    # where several fit, the smallest wins: it has the fewest cells
    cost = torch.where(fits, (x1 - x0) * (y1 - y0), torch.inf)
    best, index = cost.min(dim=1)
    return torch.where(best.isfinite(), index, -1)


def _loss(raw: torch.Tensor, boxes: torch.Tensor, grid: torch.Tensor) -> torch.Tensor:
    index = _assign(boxes, grid)
    wanted = index >= 0
    batch, _ = torch.nonzero(wanted, as_tuple=True)
    target = boxes[batch, index[wanted]]
    found = raw[wanted]
    where = grid.expand(len(raw), -1, -1)[wanted]
    overlap = _giou(_decode(found, where), target[:, 1:])
    objectness = functional.binary_cross_entropy_with_logits(
        raw[..., 4], wanted.float(), reduction='sum'
    )
    classes = functional.binary_cross_entropy_with_logits(
        found[:, 5:],
        functional.one_hot(target[:, 0].long(), raw.shape[-1] - 5).float(),
        reduction='sum',
    )
    count = max(1, int(wanted.sum()))
    return (3 * (1 - overlap).sum() + objectness + classes) / count


def _decode(raw: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
    centre = (raw[:, :2] + where[:, :2]) * where[:, 2:]
    half = raw[:, 2:4].clamp(max=6).exp() * where[:, 2:] / 2
    return torch.cat([centre - half, centre + half], dim=1)


def _giou(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Generalised IoU (Rezatofighi et al., CVPR 2019) of boxes x0, y0, x1, y1, row by row."""
    inner = (torch.minimum(a[:, 2:], b[:, 2:]) - torch.maximum(a[:, :2], b[:, :2])).clamp(min=0)
    outer = torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])
    shared = inner.prod(dim=1)
    union = (a[:, 2:] - a[:, :2]).prod(dim=1) + (b[:, 2:] - b[:, :2]).prod(dim=1) - shared
    hull = outer.prod(dim=1)
    return shared / (union + 1e-6) - (hull - union) / (hull + 1e-6)


def train(data: Dataset, file: Path, *, epochs: int = 8) -> None:
    """Train on a data set and write the ONNX file."""
    model, grid = Detector(), cells()
    steps = epochs * (len(data.images) // _BATCH)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    random = np.random.default_rng(0)
    for epoch in range(epochs):
        model.train()
        order = random.permutation(len(data.images))
        total = 0.0
        for start in range(0, len(order) - _BATCH + 1, _BATCH):
            images, boxes = _batch(data, order[start : start + _BATCH], random)
            loss = _loss(model(images), boxes, grid)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 10.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        _log.info('detector epoch %d: loss %.3f', epoch + 1, total / (len(order) // _BATCH))
    export(model, torch.zeros(1, 3, 240, 320), file, input_name='images', output_name='output')


def _batch(
    data: Dataset, rows: np.ndarray, random: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return images and boxes of a batch, half of them mirrored, brightness varied."""
    images, boxes = data.images[rows].astype(np.float32), data.boxes[rows].copy()
    images *= random.uniform(0.8, 1.2, (len(rows), 1, 1, 1)).astype(np.float32)
    for index in np.flatnonzero(random.random(len(rows)) < 0.5):
        images[index] = images[index, :, ::-1]
        real = boxes[index, :, 0] >= 0
        boxes[index, real, 1], boxes[index, real, 3] = (
            images.shape[2] - boxes[index, real, 3],
            images.shape[2] - boxes[index, real, 1],
        )
    tensor = torch.from_numpy(np.clip(images, 0, 255)).permute(0, 3, 1, 2).contiguous()
    return tensor, torch.from_numpy(boxes)
