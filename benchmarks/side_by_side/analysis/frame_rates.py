# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The metrics of ros2_benchmark, and its search for the highest rate: pure functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.side_by_side.analysis.outcomes import Heard
from benchmarks.side_by_side.analysis.outcomes import Times

#: name of a metric, as in the results of ros2_benchmark -> value
Metrics = dict[str, float]

_NS_PER_MS = 1e6
#: metrics of which the largest or the least of all trials is reported; of others the mean
_LARGEST = ('MAX_LATENCY', 'MAX_JITTER', 'MEAN_JITTER')
_LEAST = ('MIN_LATENCY', 'MIN_JITTER')


@dataclass(frozen=True, slots=True)
class Bounds:
    """
    How the highest rate is searched for; the values are those of ros2_benchmark's published runs.

    :param lower_hz: the rate that is taken when even this is too much
    :param upper_hz: the search never tries more
    :param width_hz: the search ends when it has the rate within so much
    :param loss: largest share of frames without an answer
    :param drop_hz: how far the rate of the answers may be below that of the camera
    """

    lower_hz: float = 10.0
    upper_hz: float = 600.0
    width_hz: float = 10.0
    loss: float = 0.05
    drop_hz: float = 10.0


def metrics(stamps: Times, heard: Heard) -> Metrics:
    """
    Return what one trial gave on one topic; times are in milliseconds.

    A metric is left out where there are not enough answers for it.

    :param stamps: of all frames that the camera sent
    """
    answered, first = np.unique(heard.stamps, return_index=True)
    known = np.isin(answered, stamps)
    latency_ms = (heard.received[first[known]] - answered[known]) / _NS_PER_MS
    received = np.sort(heard.received[first[known]])
    found: Metrics = {
        'NUM_FRAMES_SENT': len(stamps),
        'NUM_MISSED_FRAMES': len(stamps) - len(received),
    }
    if len(stamps) > 1:
        found['MEAN_PLAYBACK_FRAME_RATE'] = _rate_hz(stamps)
    if not len(received):
        return found
    found['FIRST_SENT_RECEIVED_LATENCY'] = float(received[0] - stamps[0]) / _NS_PER_MS
    found['LAST_SENT_RECEIVED_LATENCY'] = float(received[-1] - stamps[-1]) / _NS_PER_MS
    found['FIRST_INPUT_LATENCY'] = float(latency_ms[0])
    found['LAST_INPUT_LATENCY'] = float(latency_ms[-1])
    found |= _spread('LATENCY', latency_ms)
    if len(received) > 1:
        found['RECEIVED_DURATION'] = float(received[-1] - received[0]) / _NS_PER_MS
        found['MEAN_FRAME_RATE'] = _rate_hz(received)
    if len(received) > 2:
        # ros2_benchmark's jitter: by how much two intervals in a row differ
        jitter_ms = np.abs(np.diff(np.diff(received))) / _NS_PER_MS
        found |= _spread('JITTER', jitter_ms)
        found['STD_DEV_JITTER'] = float(np.std(jitter_ms))
    return found


def _rate_hz(times: Times) -> float:
    """Return frames over the time from first to last, as ros2_benchmark counts them."""
    return float(len(times) / max(1e-9, (times[-1] - times[0]) / 1e9))


def _spread(what: str, values: NDArray[np.float64]) -> Metrics:
    return {
        f'MAX_{what}': float(values.max()),
        f'MIN_{what}': float(values.min()),
        f'MEAN_{what}': float(values.mean()),
    }


def accepted(found: Metrics, rate_hz: float, bounds: Bounds) -> bool:
    """Return whether the answers of a trial kept up with the rate that was asked for."""
    lost = found['NUM_MISSED_FRAMES'] / max(1, found['NUM_FRAMES_SENT'])
    return lost <= bounds.loss and rate_hz - found.get('MEAN_FRAME_RATE', 0.0) <= bounds.drop_hz


def highest_rate_hz(keeps_up: Callable[[float], bool], bounds: Bounds) -> float:
    """Return the highest rate that is kept up with, by halving the interval."""
    low, high = bounds.lower_hz, bounds.upper_hz
    while high - low > bounds.width_hz:
        middle = (low + high) / 2
        low, high = (middle, high) if keeps_up(middle) else (low, middle)
    return low


def concluded(trials: list[Metrics]) -> Metrics:
    """
    Return the metrics of several trials together, as ros2_benchmark does.

    Of three trials and more the largest and the least value of a metric do not count.
    """
    names = [name for name in trials[0] if all(name in trial for trial in trials)]
    return {name: _together(name, [trial[name] for trial in trials]) for name in names}


def _together(name: str, values: list[float]) -> float:
    kept = sorted(values)[1:-1] if len(values) > 2 else values
    if name in _LARGEST:
        return max(kept)
    return min(kept) if name in _LEAST else float(np.mean(kept))
