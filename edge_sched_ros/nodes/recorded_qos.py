# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The QoS to record a topic with: compatible with all its publishers."""

from __future__ import annotations

from collections.abc import Iterable

from rclpy.qos import DurabilityPolicy
from rclpy.qos import HistoryPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy

_DEPTH = 100


def recorded_qos(offers: Iterable[QoSProfile]) -> QoSProfile:
    """
    Return the QoS to request: what all publishers offer, as ``ros2 bag record`` does.

    :param offers: the QoS of every publisher of the topic; at least one
    """
    found = list(offers)
    reliable = all(offer.reliability == ReliabilityPolicy.RELIABLE for offer in found)
    latched = all(offer.durability == DurabilityPolicy.TRANSIENT_LOCAL for offer in found)
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=_DEPTH,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )


def hears_all(requested: QoSProfile, wanted: QoSProfile) -> bool:
    """Whether a subscription matches every publisher that a wanted QoS would match."""
    too_strict = (
        requested.reliability == ReliabilityPolicy.RELIABLE != wanted.reliability,
        requested.durability == DurabilityPolicy.TRANSIENT_LOCAL != wanted.durability,
    )
    return not any(too_strict)
