# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Why nothing may come from a topic, or no CameraInfo for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any

from rclpy.node import Node

from edge_sched_ros.nodes.unheard_publishers import unheard_publishers

#: how long after the first frame a CameraInfo may come
_PATIENCE_S = 3.0


class Connections:
    """
    Looks at who publishes on the topics a node listens to.

    :param needs_info: topics whose tasks publish pictures that should have a CameraInfo
    :param now_s: monotonic
    """

    def __init__(
        self,
        node: Node,
        *,
        needs_info: AbstractSet[str],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._node = node
        self._needs_info = needs_info
        self._now_s = now_s
        #: image topic, the name to ask ROS for, message type, subscription
        self._watched: list[tuple[str, str, str, Any]] = []
        #: image topic -> name of its CameraInfo in the end
        self._infos: dict[str, str] = {}
        #: image topic -> when its first frame was seen
        self._first_s: dict[str, float] = {}
        #: topic -> what is wrong with who publishes there, a line each
        self.problems: dict[str, list[str]] = {}

    def add(self, topic: str, name: str, kind: str, subscription: Any) -> None:
        """
        Watch a subscription.

        :param topic: the input it belongs to: its own topic, or the image's of a CameraInfo
        :param name: what was given to ROS
        """
        self._watched.append((topic, name, kind, subscription))
        if subscription.topic_name != topic:
            self._infos[topic] = subscription.topic_name

    def check(self, received: AbstractSet[str], with_info: AbstractSet[str]) -> None:
        """
        Look now.

        :param received: topics of which a frame came
        :param with_info: topics of which a CameraInfo came
        """
        found: dict[str, list[str]] = {}
        for topic, name, kind, subscription in self._watched:
            own = subscription.topic_name
            of = '' if own == topic else f' (CameraInfo {own})'
            for line in unheard_publishers(self._node, name, kind, subscription.qos_profile):
                found.setdefault(topic, []).append(f'nothing can come from {line}{of}')
        now_s = self._now_s()
        for topic in received & self._needs_info:
            since_s = now_s - self._first_s.setdefault(topic, now_s)
            if topic not in with_info and since_s >= _PATIENCE_S:
                text = f"no CameraInfo on '{self._infos.get(topic)}', so none is published either"
                found.setdefault(topic, []).append(text)
        self.problems = found
