# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The rate and delay of a topic, under the keys that topic monitors read (greenwave_monitor)."""

from __future__ import annotations

from edge_sched_ros.pipeline.health.rates import Rates
from edge_sched_ros.pipeline.health.status import Status
from edge_sched_ros.pipeline.inputs.stamp_age import CLOCK_LAGS
from edge_sched_ros.pipeline.inputs.stamp_age import FUTURE

#: messages a second by the clock here, and by the stamps; Hz
RATE_HERE, RATE_STAMPS = 'frame_rate_node', 'frame_rate_msg'
#: time from stamp to arrival of the last message, ms; ``N/A`` when unknown
DELAY = 'current_delay_from_realtime_ms'
#: expected rate in Hz, 0 for none; and its tolerance in percent
EXPECTED, TOLERANCE = 'expected_frequency', 'tolerance'
MONITOR_KEYS = (RATE_HERE, RATE_STAMPS, DELAY, EXPECTED, TOLERANCE)


def monitor_values(topic: str, status: Status, rates: Rates) -> dict[str, str]:
    """Return the values of :data:`MONITOR_KEYS` for one topic over a period."""
    return {
        RATE_HERE: f'{rates.received[topic] / rates.period_s:.2f}',
        RATE_STAMPS: f'{rates.stamped_hz[topic]:.2f}',
        DELAY: _delay(topic, status, rates),
        EXPECTED: f'{_expected_hz(topic, status):.2f}',
        # the rate is only shown: deadlines decide the level
        TOLERANCE: '0.00',
    }


def _delay(topic: str, status: Status, rates: Rates) -> str:
    ages = status.inputs[topic].ages
    if rates.doubts[topic].get(FUTURE) or rates.doubts[topic].get(CLOCK_LAGS):
        return f'{-ages.ahead_ns / 1e6:.3f}'
    if ages.last_ns is None or rates.age_ns[topic] is None:
        return 'N/A'
    return f'{ages.last_ns / 1e6:.3f}'


def _expected_hz(topic: str, status: Status) -> float:
    """Return the greatest rate that a task on this topic expects."""
    fed = status.feeds.get(topic, ())
    periods = [task.period_ns for task in status.tasks if task.name in fed and task.period_ns]
    return 1e9 / min(periods) if periods else 0.0
