# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether two definitions of a message type put the same bytes on the wire."""

from __future__ import annotations

from typing import Any

#: field of ROS 1 that ROS 2 does not have, left out when messages are converted
_HEADER, _SEQ = 'std_msgs/msg/Header', 'seq'
#: what ROS 2 puts into an empty message
_FILLER = 'structure_needs_at_least_one_member'


def same_layout(one: Any, other: Any, kind: str) -> bool:
    """
    Return whether a type has the same fields in two ``rosbags`` type stores, names apart.

    :param kind: the type, such as ``sensor_msgs/msg/Image``
    """
    try:
        return _layout(one, kind) == _layout(other, kind)
    except KeyError:
        return False


def _layout(store: Any, kind: str) -> tuple[Any, ...]:
    _, fields = store.fielddefs[kind]
    return tuple(
        _field(store, node, detail)
        for name, (node, detail) in fields
        if name != _FILLER and not (kind == _HEADER and name == _SEQ)
    )


def _field(store: Any, node: Any, detail: Any) -> Any:
    from rosbags.interfaces import Nodetype

    if node == Nodetype.BASE:
        return detail[0] if isinstance(detail, tuple) else detail
    if node == Nodetype.NAME:
        return _layout(store, detail)
    inner, length = detail
    return (_field(store, *inner), length if node == Nodetype.ARRAY else None)
