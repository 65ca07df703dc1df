# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime as it comes: as many threads as there are cores, in every process."""

from __future__ import annotations

from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeNetwork
from edge_sched_ros.execution.engines.onnxruntime import OpenSession
from edge_sched_ros.execution.network import NetworkSpec


class FreeThreadsEngine(OnnxRuntimeEngine):
    """The same sessions with no options set."""

    def load(self, spec: NetworkSpec) -> OnnxRuntimeNetwork:
        """Load a network."""
        import onnxruntime

        providers = ['CPUExecutionProvider']
        return OnnxRuntimeNetwork(
            OpenSession(onnxruntime.InferenceSession(str(spec.file), providers=providers))
        )
