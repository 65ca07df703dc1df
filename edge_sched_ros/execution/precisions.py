# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Precisions of engines that are built ahead of time."""

from __future__ import annotations

#: fp16 if the API has it, else strong: the fastest for a DLA and most GPUs
AUTO = 'auto'
FP32 = 'fp32'
FP16 = 'fp16'
INT8 = 'int8'
#: the types of the ONNX file
STRONG = 'strong'
PRECISIONS = (AUTO, FP32, FP16, INT8, STRONG)
