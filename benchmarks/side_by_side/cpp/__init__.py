# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The same work in C++, on rcl and ONNX Runtime's C API: sources, and what builds them."""
