# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How much is measured: loads, repetitions, durations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """
    One benchmark run.

    :param loads: demanded work over what the cores can do; scale the camera rate
    :param repetitions: of every load with every contender
    :param warm_up_s: of every run, before what counts
    :param measured_s: of every run
    :param bare_s: of one run of the bare loop
    :param overhead_rounds: alternations of node, plain node and bare loop
    :param overhead_s: of each of them
    :param startups: how often the node is started
    :param growth_tasks: how many tasks on simulated units
    :param growth_s: of each
    :param frame_rate_trials: at the highest rate of a graph, as ros2_benchmark counts them
    :param frame_rate_s: of each trial, also of those that search for that rate
    :param full_hz: camera rate of load 1; ``None``: the rate that the bare loop reaches
    """

    loads: tuple[float, ...]
    repetitions: int
    warm_up_s: float
    measured_s: float
    bare_s: float
    overhead_rounds: int
    overhead_s: float
    startups: int
    growth_tasks: tuple[int, ...]
    growth_s: float
    frame_rate_trials: int
    frame_rate_s: float
    full_hz: float | None = None


FULL = Plan(
    loads=(0.5, 0.8, 1.0, 1.3, 1.6, 2.0),
    repetitions=5,
    warm_up_s=0.5,
    measured_s=2.0,
    bare_s=2.0,
    overhead_rounds=5,
    overhead_s=3.0,
    startups=3,
    growth_tasks=(1, 2, 4, 8, 16),
    growth_s=3.0,
    frame_rate_trials=5,
    frame_rate_s=5.0,
)

SHORT = Plan(
    loads=(0.8, 1.3, 2.0),
    repetitions=2,
    warm_up_s=0.4,
    measured_s=1.2,
    bare_s=1.0,
    overhead_rounds=2,
    overhead_s=1.5,
    startups=1,
    growth_tasks=(1, 4, 16),
    growth_s=1.5,
    frame_rate_trials=1,
    frame_rate_s=1.0,
)
