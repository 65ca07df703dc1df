# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bags, for programs and notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import ConfigError


def read_topic(bag: str | Path, topic: str) -> Iterator[tuple[int, Any]]:
    """
    Yield the messages of a topic of a bag, in the order of recording; no ROS is needed.

    :param bag: folder or file, of ROS 1 or 2
    :param topic: its name, e.g. ``/detector/detections``
    :return: time of recording in nanoseconds, and the message with the fields of its type
    :raises ConfigError: when the bag cannot be read or has no such topic
    """
    if not isinstance(bag, (str, Path)):
        raise ConfigError('bag', f'must be a path, not {brief(repr(bag))}')
    with open_bag(Path(bag)) as opened:
        found = [one for one in opened.connections if one.topic == topic]
        if not found:
            known = ', '.join(sorted({one.topic for one in opened.connections})) or 'none'
            raise ConfigError(str(bag), f"has no topic '{topic}' (it has {known})")
        for connection, at_ns, data in opened.messages(found):
            yield at_ns, opened.deserialize(data, connection.msgtype)
