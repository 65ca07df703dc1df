# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The offered QoS in a bag."""

from __future__ import annotations

from typing import Any


def latched() -> Any:
    """Return a ``rosbags`` QoS of one latched message."""
    from rosbags.interfaces import Qos
    from rosbags.interfaces import QosDurability
    from rosbags.interfaces import QosHistory
    from rosbags.interfaces import QosLiveliness
    from rosbags.interfaces import QosReliability
    from rosbags.interfaces import QosTime

    forever = QosTime(2**31 - 1, 2**32 - 1)
    return Qos(
        QosHistory.KEEP_LAST,
        1,
        QosReliability.RELIABLE,
        QosDurability.TRANSIENT_LOCAL,
        forever,
        forever,
        QosLiveliness.AUTOMATIC,
        forever,
        False,
    )
