# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The appearance network: crops of one thing come close together, of two far apart."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from dev.train.dataset import CROP_SIZE
from dev.train.dataset import Dataset
from dev.train.layers import conv
from dev.train.layers import export
from dev.train.layers import Residual

_log = logging.getLogger(__name__)

_DIMENSIONS = 48
_IDENTITIES, _CROPS = 24, 4
_TEMPERATURE = 0.1


class Embedding(nn.Module):
    """Input Nx3x48x32 BGR 0..255; output Nx48 of unit length."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            conv(3, 16, stride=2),
            conv(16, 32, stride=2),
            Residual(32),
            conv(32, 64, stride=2),
            Residual(64),
        )
        self.last = nn.Linear(64, _DIMENSIONS)

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        """Return embeddings."""
        features = self.body(crops / 255).mean(dim=(2, 3))
        return functional.normalize(self.last(features), dim=1)


def train(data: Dataset, file: Path, *, steps: int = 1500) -> None:
    """Train on a data set and write the ONNX file."""
    by_identity = [rows for rows in _groups(data.identities) if len(rows) >= _CROPS]
    model = Embedding()
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps)
    random = np.random.default_rng(0)
    total = 0.0
    for step in range(1, steps + 1):
        chosen = random.choice(len(by_identity), _IDENTITIES, replace=False)
        rows = np.concatenate([random.choice(by_identity[i], _CROPS) for i in chosen])
        crops = data.crops[rows] * random.uniform(0.8, 1.2, (len(rows), 1, 1, 1))
        images = torch.from_numpy(crops.astype(np.float32)).clamp(0, 255).permute(0, 3, 1, 2)
        labels = torch.arange(_IDENTITIES).repeat_interleave(_CROPS)
        loss = _loss(model(images.contiguous()), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        total += float(loss.detach())
        if step % 250 == 0:
            _log.info('embedding step %d: loss %.3f', step, total / 250)
            total = 0.0
    example = torch.zeros(1, 3, CROP_SIZE[1], CROP_SIZE[0])
    export(model, example, file, input_name='crops', output_name='embedding', dynamic_batch=True)


def _groups(identities: np.ndarray) -> list[np.ndarray]:
    order = np.argsort(identities, kind='stable')
    cuts = np.flatnonzero(np.diff(identities[order])) + 1
    return np.split(order, cuts)


def _loss(embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Supervised contrastive loss (Khosla et al., NeurIPS 2020)."""
    likeness = embeddings @ embeddings.T / _TEMPERATURE
    others = ~torch.eye(len(labels), dtype=torch.bool)
    same = (labels[:, None] == labels[None]) & others
    chance = likeness - likeness.masked_fill(~others, -torch.inf).logsumexp(dim=1, keepdim=True)
    return -(chance * same).sum(dim=1).div(same.sum(dim=1)).mean()
