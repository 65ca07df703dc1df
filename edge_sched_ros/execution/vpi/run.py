# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Submits the steps of a plan, one image to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edge_sched_ros.execution.vpi.ops import convert
from edge_sched_ros.execution.vpi.ops import perspective
from edge_sched_ros.execution.vpi.ops import remap
from edge_sched_ros.execution.vpi.ops import rescale
from edge_sched_ros.execution.vpi.plans import Step
from edge_sched_ros.execution.vpi.session import Session


def run_steps(
    session: Session, steps: Sequence[Step], image: Any, role: str, extra: Any = None
) -> Any:
    """
    Enqueue steps that make one image of another; return the last, which is not waited for.

    :param role: tells the images of this chain apart from those of others
    :param extra: the map or matrix of a warp
    """
    for index, step in enumerate(steps):
        result = session.image((role, index), step.size, step.format)
        if step.op == 'convert':
            convert.submit(session, image, result, step.backend)
        elif step.op == 'rescale':
            rescale.submit(session, image, result, step.backend)
        elif step.op == 'remap':
            remap.submit(session, image, result, step.backend, extra)
        elif step.op == 'perspective_warp':
            perspective.submit(session, image, result, step.backend, extra)
        else:
            raise ValueError(f'{step.op} does not make one image of another')
        image = result
    return image
