# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names of topics: as written and as resolved, and the type that a name implies."""

from __future__ import annotations

from typing import Protocol

from edge_sched_ros.core.errors import ConfigError

IMAGE_TYPE = 'sensor_msgs/msg/Image'
COMPRESSED_TYPE = 'sensor_msgs/msg/CompressedImage'
_COMPRESSED = 'compressed'
#: last part of a topic's name, added by image_transport -> type of its messages
_OTHER_TRANSPORTS = {
    'compressedDepth': COMPRESSED_TYPE,
    'ffmpeg': 'ffmpeg_image_transport_msgs/msg/FFMPEGPacket',
    'foxglove': 'foxglove_msgs/msg/CompressedVideo',
    'theora': 'theora_image_transport/msg/Packet',
    'zstd': COMPRESSED_TYPE,
}


class TopicNames(Protocol):
    """Resolves the names of topics in parameters."""

    def resolve(self, name: str) -> str:
        """Return the resolved name: namespace, ``~/`` and remapping applied."""

    def is_remapped(self, name: str) -> bool:
        """Whether remapping has changed a name."""


class AsWritten:
    """Names as written."""

    def resolve(self, name: str) -> str:
        """Return the name."""
        return name

    def is_remapped(self, name: str) -> bool:
        """Return false: no name is remapped."""
        return False


class WithoutRos(AsWritten):
    """Names as resolved for a node ``/scheduler`` without remapping, for bags."""

    def resolve(self, name: str) -> str:
        """Return the absolute name."""
        if name.startswith('~/'):
            return f'/scheduler/{name.removeprefix("~/")}'
        return name if name.startswith('/') else f'/{name}'


def guess_type(topic: str) -> str:
    """Return the usual type of an image topic of that name."""
    return COMPRESSED_TYPE if topic.endswith(f'/{_COMPRESSED}') else IMAGE_TYPE


def check_pictures(topic: str, where: str) -> None:
    """
    Check that a topic with a guessed type can have pictures of a supported type.

    :param topic: its resolved name
    :param where: the parameter that names it
    :raises ConfigError: when its name implies another type
    """
    base, _, transport = topic.rpartition('/')
    kind = _OTHER_TRANSPORTS.get(transport)
    if kind is not None and base:
        raise ConfigError(
            where,
            f"'{topic}' carries {transport} of image_transport ({kind}), which is not supported: "
            f"use '{base}' or '{base}/{_COMPRESSED}' (if it has another type, set topic_type)",
        )


def check_depth(topic: str, where: str) -> None:
    """
    Check that a topic can have plain images of depth.

    :param topic: its resolved name
    :param where: the parameter that names it
    :raises ConfigError: when its name implies another type
    """
    base, _, transport = topic.rpartition('/')
    if base and transport in (_COMPRESSED, *_OTHER_TRANSPORTS):
        raise ConfigError(
            where,
            f"'{topic}' carries {transport} of image_transport, not {IMAGE_TYPE}: use '{base}' "
            "(or what image_transport's republish makes of it)",
        )


def info_topic_of(topic: str) -> str:
    """Return the name of the ``CameraInfo`` that by convention goes with an image topic."""
    base, slash, last = topic.rpartition('/')
    if last == _COMPRESSED or last in _OTHER_TRANSPORTS:
        base, slash, _ = base.rpartition('/')
    return f'{base}{slash}camera_info'
