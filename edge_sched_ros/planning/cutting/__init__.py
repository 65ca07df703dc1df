# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Cuts networks into segments that units or devices run one after the other, or side by side.

The way of a network: ``reading`` (shapes fixed), ``executed`` (as ONNX Runtime runs it, operators
fused), ``points`` (places between operators that no fusion crosses), ``chain`` or ``branches``
(the choice), ``extraction`` (an ONNX model for each segment), ``proof`` (the same bits),
``segments_file``.
"""
