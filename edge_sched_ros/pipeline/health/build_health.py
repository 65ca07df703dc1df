# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What diagnostics say of an engine that is being built."""

from __future__ import annotations

from edge_sched_ros.execution.tensorrt.build_news import BuildStep
from edge_sched_ros.execution.tensorrt.build_news import BUILT
from edge_sched_ros.execution.tensorrt.build_news import FAILED
from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import OK


def build_health(step: BuildStep) -> Health:
    """Return one line, never a warning: why a build failed is the problem of the node."""
    return Health(f'engine {step.what}', OK, _text(step), 'scheduler', {'state': step.state})


def _text(step: BuildStep) -> str:
    if step.state == BUILT:
        return 'built'
    if step.state == FAILED:
        return 'was not built'
    if not step.tenths:
        return 'is being built, which takes minutes'
    return f'is being built: {10 * step.tenths} %'
