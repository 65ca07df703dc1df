# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks shared by files and their changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.system.fields import Whole
from edge_sched_ros.system.fields import WrongAtError


def whole_ns(time_ms: float, where: str) -> int:
    """
    Return a time that must not be zero.

    :param where: file and key, for messages
    :raises ConfigError: when it is below one nanosecond
    """
    time_ns = round(time_ms * NS_PER_MS)
    if time_ns < 1:
        raise ConfigError(where, f'is below one nanosecond: {time_ms:g} ms')
    return time_ns


def not_there(name: str, known: Iterable[str], what: str = '') -> str:
    """
    Return the message about an unknown name.

    :param known: the known names
    :param what: kind of the named object; empty if the key tells it
    """
    called = f"no {what} '{name}'" if what else f"none called '{name}'"
    return f'there is {called} (there are {", ".join(known) or "none"})'


#: of a result
_MOST_ITEMS = 100_000


def _some(fan_out: tuple[int, int]) -> tuple[int, int]:
    low, high = fan_out
    if not 1 <= low <= high:
        raise ValueError('must be [fewest, most] with 1 <= fewest <= most')
    if high > _MOST_ITEMS:
        raise ValueError(f'must be at most {_MOST_ITEMS} items')
    return fan_out


#: minimum and maximum number of items in a result
FanOut = Annotated[tuple[Whole, Whole], AfterValidator(_some)]


def check_jitter(jitter_ms: float, period_ms: float) -> None:
    """Refuse a jitter above the period; :raises WrongAtError: naming the key."""
    if jitter_ms > period_ms:
        problem = f'must not be above the period of {period_ms:g} ms, not {jitter_ms:g}'
        raise WrongAtError(('jitter_ms',), problem)
