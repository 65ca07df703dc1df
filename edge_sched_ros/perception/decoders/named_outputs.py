# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds outputs by words in their names."""

from __future__ import annotations

from edge_sched_ros.execution.tensors import TensorInfo


def named(outputs: tuple[TensorInfo, ...], *words: str) -> list[int]:
    """Return the indices of the outputs whose name has one of the words, in their order."""
    return [
        index
        for index, info in enumerate(outputs)
        if any(word in info.name.lower() for word in words)
    ]
