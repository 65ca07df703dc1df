# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""INT8 variants of the bundled networks, by ONNX Runtime's own quantiser."""
