# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Stages in sequence: network, preprocessing, inference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge_sched_ros.capacity.response import Delay
from edge_sched_ros.capacity.response import GammaResponse
from edge_sched_ros.capacity.response import Response
from edge_sched_ros.core.errors import ConfigError


def tandem(stages: Sequence[Response], constant_ms: float = 0.0) -> Response:
    """
    Return the response over all stages.

    The mean is the sum (confirmed from the Ibis code: ``R = R_net + R_cpu + R_acc``). It is exact
    when every stage gets Poisson arrivals, as after a queue with processor sharing or with
    exponential service (Burke 1956, Kelly 1979). After a first-come-first-served queue with fixed
    service times arrivals are more regular, and the sum is an upper bound: at load 0.8 a quarter
    too long in this project's simulation. Stages in order of one task are therefore drawn
    (:mod:`in_a_row`); the sum is for tasks after others, for placement, and for rare tasks.

    Tail: stages are assumed to be independent, and the sum of all delays gamma with their mean and
    variance; an approximation. A burst delays a request in every stage, so in simulation p99 over
    two stages is up to 15 % longer than this result.

    :param constant_ms: a time that never varies, such as a network's; at least 0
    :raises ConfigError: for no stage, or a time below 0
    """
    if not stages:
        raise ConfigError('stages', 'there is none')
    if not constant_ms >= 0:
        raise ConfigError('constant_ms', f'must be at least 0, not {constant_ms:g}')
    if len(stages) == 1 and constant_ms == 0:
        return stages[0]
    least = sum(stage.least_ms for stage in stages) + constant_ms
    mean = sum(stage.mean_ms for stage in stages) + constant_ms
    variance = sum(stage.variance_ms2 for stage in stages)
    at_once = float(np.prod([stage.share_within(stage.least_ms) for stage in stages]))
    delay = Delay(max(mean - least, 0.0), variance, min(at_once, 0.999))
    return GammaResponse(np.array([least]), [delay])
