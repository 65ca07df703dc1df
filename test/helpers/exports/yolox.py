# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLOX; source: tools/export_onnx.py (images, output), one row per cell of strides 8, 16, 32."""

from __future__ import annotations

from exports.export import Export
from exports.export import picture

EXPORTS = (
    Export(
        'yolox_nano',
        'YOLOX',
        {'images': picture(416)},
        {'output': (1, 3549, 85)},
        'yolox',
        input={'colour': 'bgr', 'resize': 'letterbox', 'align': 'topleft', 'pad': 114},
    ),
)
