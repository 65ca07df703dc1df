# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What an engine that is built ahead of time may compute in."""

from __future__ import annotations

#: fp16 where the API has it, else strong: what a DLA and most GPUs are fastest with
AUTO = 'auto'
FP32 = 'fp32'
FP16 = 'fp16'
INT8 = 'int8'
#: types are those written in the ONNX file
STRONG = 'strong'
PRECISIONS = (AUTO, FP32, FP16, INT8, STRONG)
