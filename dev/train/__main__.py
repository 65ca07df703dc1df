# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``python -m dev.train``: render, train all three networks, write ``models/*.onnx``."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import torch

from dev.train import depth
from dev.train import detector
from dev.train import embedding
from dev.train.dataset import load_or_render

_NETWORKS = {'detector': detector, 'embedding': embedding, 'depth': depth}


def main() -> None:
    """Train what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('networks', nargs='*', default=list(_NETWORKS), help='which ones')
    parser.add_argument('--data', type=Path, default=Path('.cache/train'))
    parser.add_argument('--models', type=Path, default=Path('models'))
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format='%(asctime)s %(message)s')
    torch.set_num_threads(2)
    data = load_or_render(arguments.data)
    logging.info('%d frames, %d crops', len(data.images), len(data.crops))
    for name in arguments.networks:
        torch.manual_seed(0)
        _NETWORKS[name].train(data, arguments.models / f'demo_{name}.onnx')


if __name__ == '__main__':
    main()
