# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The result of a placement in JSON types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from edge_sched_ros.capacity.placement.cascades import cascades
from edge_sched_ros.capacity.placement.online import Placed
from edge_sched_ros.capacity.placement.verdict import late_apps


def to_dict(placed: Placed, late: Mapping[str, str] | None = None) -> dict[str, Any]:
    """
    Return hosted, rejected, assignments, violations and the time of decisions.

    And for tasks that come after others what the models leave out.

    :param late: application -> how it missed in a simulation, in addition to the models
    """
    state = placed.state
    missing = {**late_apps(state), **(late or {})}
    times = placed.decision_ms or [0.0]
    return {
        'hosted': len(state.where),
        'rejected': dict(placed.rejected),
        'assignments': dict(state.where),
        'violations': len(missing),
        'decision_ms': {
            'mean': float(np.mean(times)),
            'p99': float(np.quantile(times, 0.99)),
        },
        'late': missing,
        'cascades': cascades(state.system),
        'units': {
            name: [demand.unit for demand in state.hosted(name).option] for name in state.where
        },
    }
