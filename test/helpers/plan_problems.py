# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Drawn jobs for the search of the policy ``horizon``."""

from __future__ import annotations

from hypothesis import strategies as st

from edge_sched_ros.policies.paths import Leg
from edge_sched_ros.policies.plan_job import Option
from edge_sched_ros.policies.plan_job import PlanJob

#: later than anything
FAR = 1 << 62
_LENGTHS = st.sampled_from([0, 1, 3, 3, 4, 9, 20])
_DEVIATIONS = st.sampled_from([0.0, 0.01, 0.3])


@st.composite
def plan_jobs(draw: st.DrawFn) -> PlanJob:
    """Draw a job with up to four ways over three units."""
    options = []
    for _ in range(draw(st.integers(0, 4))):
        legs = tuple(
            Leg(draw(st.integers(0, 2)), length, max(1, length // draw(st.integers(1, 3))))
            for length in draw(st.lists(_LENGTHS, min_size=1, max_size=3))
        )
        energy = draw(st.sampled_from([0.0, 0.1, 0.1, 0.4]))
        lack = draw(st.sampled_from([0.0, 0.0, 0.3]))
        total = sum(leg.length_ns for leg in legs)
        options.append(Option(legs, total, energy, lack, 0, draw(_DEVIATIONS)))
    ready = draw(st.integers(5, 12))
    made = PlanJob(
        0, ready, ready + draw(st.integers(-2, 30)), draw(st.sampled_from([FAR, 9])),
        draw(st.sampled_from([0.0, 0.5, 1.0, 1.0])), tuple(options),
        chance=draw(st.sampled_from([1.0, 0.3])), follow_ns=ready + draw(st.integers(0, 20)),
        follow_soft_ns=4, follow_miss=draw(st.sampled_from([0.0, 0.0, 0.7])),
    )  # fmt: skip
    made.lost_by_ns, made.frames = draw(st.sampled_from([0, 0, 10])), draw(st.integers(1, 3))
    return made
