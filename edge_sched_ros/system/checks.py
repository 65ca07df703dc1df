# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What files and their changes must keep to alike."""

from __future__ import annotations

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.tasks import NS_PER_MS


def whole_ns(time_ms: float, where: str) -> int:
    """
    Return a time that must not be nothing.

    :param where: file and key, for messages
    :raises ConfigError: when it is below one nanosecond
    """
    time_ns = round(time_ms * NS_PER_MS)
    if time_ns < 1:
        raise ConfigError(where, f'is below one nanosecond: {time_ms:g} ms')
    return time_ns


def check_fan_out(fan_out: tuple[int, int]) -> None:
    """Refuse a range that holds nothing; :raises ValueError: naming the key."""
    low, high = fan_out
    if not 1 <= low <= high:
        raise ValueError('fan_out must be [fewest, most] with 1 <= fewest <= most')


def check_jitter(jitter_ms: float, period_ms: float) -> None:
    """Refuse frames that would overtake each other; :raises ValueError: naming the key."""
    if jitter_ms > period_ms:
        raise ValueError(
            f'jitter_ms must not be above the period of {period_ms:g} ms, not {jitter_ms:g}'
        )
