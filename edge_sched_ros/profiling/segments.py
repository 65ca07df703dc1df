# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The segments of a network as a profile has them: stages with tensors and digests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edge_sched_ros.execution.network_digest import network_sha256
from edge_sched_ros.execution.segments import SegmentsSpec
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.system.stage import Stage
from edge_sched_ros.system.tensors import TensorSpec


def wiring_of(segments: SegmentsSpec) -> dict[str, Any]:
    """Return the keys of a variant about the tensors between its segments."""
    crossing = {
        info.name: info for one in segments.segments for info in (*one.inputs, *one.outputs)
    }
    return {
        'inputs': segments.inputs,
        'outputs': segments.outputs,
        'tensors': {
            name: TensorSpec.model_validate({'dtype': info.dtype, 'shape': info.shape})
            for name, info in crossing.items()
        },
    }


def segment_stages(segments: SegmentsSpec) -> dict[str, Stage]:
    """
    Return the stage of each segment, without costs.

    Without names of files, too: the profile may lie in any folder, the digest says which it is.
    """
    return {
        one.name: Stage(
            name=one.name,
            digest=f'sha256:{network_sha256(one.file)}',
            inputs=_names(one.inputs),
            outputs=_names(one.outputs),
            gflops=one.gflops or None,
        )
        for one in segments.segments
    }


def _names(infos: Sequence[TensorInfo]) -> tuple[str, ...]:
    return tuple(info.name for info in infos)
