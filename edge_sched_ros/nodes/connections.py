# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reasons why a topic may receive no messages, or no CameraInfo."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from rclpy.node import Node

from edge_sched_ros.nodes.unheard_publishers import unheard_publishers

#: how long to wait for a CameraInfo after the first frame
_PATIENCE_S = 3.0


class Connections:
    """
    Checks the publishers of the topics that a node subscribes to.

    :param needs_info: topic whose tasks need a CameraInfo -> what is missing without one
    :param now_s: monotonic
    """

    def __init__(
        self,
        node: Node,
        *,
        needs_info: Mapping[str, str],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._node = node
        self._needs_info = needs_info
        self._now_s = now_s
        #: image topic, the name to ask ROS for, message type, subscription
        self._watched: list[tuple[str, str, str, Any]] = []
        #: image topic -> resolved name of its CameraInfo topic
        self._infos: dict[str, str] = {}
        #: image topic -> when its first frame was seen
        self._first_s: dict[str, float] = {}
        #: topic -> problems with its publishers, one line each
        self.problems: dict[str, list[str]] = {}

    def add(self, topic: str, name: str, kind: str, subscription: Any) -> None:
        """
        Watch a subscription.

        :param topic: the input it belongs to: its own topic, or a CameraInfo's image topic
        :param name: the name given to ROS
        """
        self._watched.append((topic, name, kind, subscription))
        if subscription.topic_name != topic:
            self._infos[topic] = subscription.topic_name

    def check(self, received: AbstractSet[str], with_info: AbstractSet[str]) -> None:
        """
        Check the publishers now.

        :param received: topics that have received a frame
        :param with_info: topics that have received a CameraInfo
        """
        found: dict[str, list[str]] = {}
        for topic, name, kind, subscription in self._watched:
            own = subscription.topic_name
            of = '' if own == topic else f' (CameraInfo {own})'
            for line in unheard_publishers(self._node, name, kind, subscription.qos_profile):
                found.setdefault(topic, []).append(f'no messages can be received from {line}{of}')
        now_s = self._now_s()
        for topic in received & self._needs_info.keys():
            since_s = now_s - self._first_s.setdefault(topic, now_s)
            if topic not in with_info and since_s >= _PATIENCE_S:
                text = f"no CameraInfo on '{self._infos.get(topic)}', so {self._needs_info[topic]}"
                found.setdefault(topic, []).append(text)
        self.problems = found
