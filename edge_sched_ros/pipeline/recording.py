# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The recorder of a pipeline: where its trace goes, and what its first line says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.tracing.recorder import Recorder
from edge_sched_ros.tracing.setup import setup_data

_MB = 1_000_000

#: calls a function with the dispatcher and the time, while nothing else handles events
Read = Callable[[Callable[[LowLevelDispatcher, int], Any]], Any]


def recorder_of(config: PipelineConfig, read: Read) -> Recorder | None:
    """Return the recorder that the configuration asks for; ``None`` for none."""
    if not config.trace_file:
        return None

    def head() -> dict[str, Any]:
        found: dict[str, Any] = read(_head)
        return {'made_by': 'node', 'floor_periods': config.floor_periods, **found}

    path = Path(config.trace_file).expanduser()
    return Recorder(path, most_bytes=config.trace_mb * _MB, head=head)


def _head(dispatcher: LowLevelDispatcher, now_ns: int) -> dict[str, Any]:
    units = [state.unit for state in dispatcher.units.values()]
    return {
        'now_ns': now_ns,
        'policy': dispatcher.policy_name,
        'policy_parameters': dispatcher.policy_parameters,
        'setup': setup_data(dispatcher.tasks.values(), units, dispatcher.profiles),
    }
