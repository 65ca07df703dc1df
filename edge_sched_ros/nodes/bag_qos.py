# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""QoS in bags: what publishers offered during recording, and what playback offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy
from rclpy.qos import HistoryPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rosbags.interfaces import Qos
from rosbags.interfaces import QosDurability
from rosbags.interfaces import QosHistory
from rosbags.interfaces import QosLiveliness
from rosbags.interfaces import QosReliability
from rosbags.interfaces import QosTime

#: used where the bag has no QoS, or no depth, of a topic's publishers
_DEPTH = 10
_MOST_DEPTH = 1000
#: durations of this many seconds or more mean infinite: bags write infinity in several ways
_FOREVER_S = 2**31 - 1


def played_qos(connections: Sequence[Any]) -> QoSProfile:
    """
    Return the QoS to offer for a topic.

    Where publishers offered different QoS, the result is compatible with all their subscribers:
    reliable if one was reliable, transient local if one was. A latched topic keeps as many
    messages as all its publishers together.

    :param connections: the topic's connections in the bag
    """
    if any(getattr(connection.ext, 'latching', None) for connection in connections):
        return _profile(True, True, _DEPTH)  # ROS 1
    offers = [
        offer
        for connection in connections
        for offer in getattr(connection.ext, 'offered_qos_profiles', None) or ()
    ]
    if not offers:
        return _profile(True, False, _DEPTH)
    reliable = any(offer.reliability.name != 'BEST_EFFORT' for offer in offers)
    latched = any(offer.durability.name == 'TRANSIENT_LOCAL' for offer in offers)
    depth = sum(max(1, offer.depth) for offer in offers)
    if not latched and not all(offer.depth for offer in offers):
        depth = max(depth, _DEPTH)  # discovery does not report it
    qos = _profile(reliable, latched, depth)
    if any(offer.history.name == 'KEEP_ALL' for offer in offers):
        qos.history = HistoryPolicy.KEEP_ALL
    qos.deadline = _longest(offer.deadline for offer in offers)
    qos.lifespan = _longest(offer.lifespan for offer in offers)
    return qos


def written_qos(offer: QoSProfile) -> Qos:
    """Return a publisher's QoS in the form that bags store."""
    return Qos(
        QosHistory[offer.history.name],
        offer.depth,
        QosReliability[offer.reliability.name],
        QosDurability[offer.durability.name],
        _written(offer.deadline),
        _written(offer.lifespan),
        QosLiveliness[offer.liveliness.name],
        _written(offer.liveliness_lease_duration),
        offer.avoid_ros_namespace_conventions,
    )


def _written(duration: Duration) -> QosTime:
    seconds, nanoseconds = divmod(duration.nanoseconds, 1_000_000_000)
    return QosTime(seconds, nanoseconds)


def _profile(reliable: bool, latched: bool, depth: int) -> QoSProfile:
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=min(depth, _MOST_DEPTH),
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )


def _longest(times: Any) -> Duration:
    """Return the longest duration; zero, which means unset, when one is infinite."""
    found = list(times)
    if any(time.sec >= _FOREVER_S or not (time.sec or time.nsec) for time in found):
        return Duration()
    longest = max(time.sec * 1_000_000_000 + time.nsec for time in found)
    return Duration(nanoseconds=longest)
