# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What every backend can do with every operation.

From NVIDIA's pages and headers "VPI Algorithms", release notes 2.1 to 4.1; what those do not say
is marked ``assumed`` where it is.
"""

from __future__ import annotations

from edge_sched_ros.execution.vpi.capability import Capability
from edge_sched_ros.execution.vpi.capability import HELPERS
from edge_sched_ros.execution.vpi.capability import KINDS
from edge_sched_ros.execution.vpi.capability import Version
from edge_sched_ros.execution.vpi.ops import convert
from edge_sched_ros.execution.vpi.ops import dense_flow
from edge_sched_ros.execution.vpi.ops import harris
from edge_sched_ros.execution.vpi.ops import lk_flow
from edge_sched_ros.execution.vpi.ops import perspective
from edge_sched_ros.execution.vpi.ops import remap
from edge_sched_ros.execution.vpi.ops import rescale
from edge_sched_ros.execution.vpi.ops import stereo
from edge_sched_ros.execution.vpi.ops import tnr

CAPABILITIES: dict[str, tuple[Capability, ...]] = {
    module.NAME: module.CAPABILITIES
    for module in (
        convert,
        rescale,
        remap,
        perspective,
        lk_flow,
        dense_flow,
        harris,
        stereo,
        tnr,
    )
}


def capabilities(op: str, backend: str, version: Version) -> tuple[Capability, ...]:
    """Return a backend's ways with an operation in a version of VPI; none when it has none."""
    return tuple(
        capability
        for capability in CAPABILITIES[op]
        if capability.backend == backend and capability.in_version(version)
    )


def kinds_by_op(version: Version, backends: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """
    Return which kinds of units can do which operation with some picture.

    Those whose formats are assumed are left out: no work is planned on a guess.
    """
    return {
        op: tuple(
            kind
            for backend, kind in KINDS.items()
            if {backend, *HELPERS.get(backend, ())} <= backends
            and any(not way.assumed for way in capabilities(op, backend, version))
        )
        for op in CAPABILITIES
    }
