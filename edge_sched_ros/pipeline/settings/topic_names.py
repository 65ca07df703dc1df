# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names of topics: as written, as they are called in the end, and what they say of the type."""

from __future__ import annotations

from typing import Protocol

from edge_sched_ros.core.errors import ConfigError

IMAGE_TYPE = 'sensor_msgs/msg/Image'
COMPRESSED_TYPE = 'sensor_msgs/msg/CompressedImage'
_COMPRESSED = 'compressed'
#: last part of a topic's name, as image_transport adds it -> the type of the messages there
_OTHER_TRANSPORTS = {
    'compressedDepth': COMPRESSED_TYPE,
    'ffmpeg': 'ffmpeg_image_transport_msgs/msg/FFMPEGPacket',
    'foxglove': 'foxglove_msgs/msg/CompressedVideo',
    'theora': 'theora_image_transport/msg/Packet',
    'zstd': COMPRESSED_TYPE,
}


class TopicNames(Protocol):
    """What becomes of the names that parameters give to topics."""

    def resolve(self, name: str) -> str:
        """Return the name in the end: namespace, ``~/`` and remapping done."""

    def is_remapped(self, name: str) -> bool:
        """Whether a name was given another by remapping."""


class AsWritten:
    """Names as they stand."""

    def resolve(self, name: str) -> str:
        """Return the name."""
        return name

    def is_remapped(self, name: str) -> bool:
        """Return that none is."""
        return False


class WithoutRos(AsWritten):
    """Names as of a node ``/scheduler`` that is started without remapping: those in a bag."""

    def resolve(self, name: str) -> str:
        """Return the absolute name."""
        if name.startswith('~/'):
            return f'/scheduler/{name.removeprefix("~/")}'
        return name if name.startswith('/') else f'/{name}'


def guess_type(topic: str) -> str:
    """Return the type an image topic of that name usually has."""
    return COMPRESSED_TYPE if topic.endswith(f'/{_COMPRESSED}') else IMAGE_TYPE


def check_pictures(topic: str, where: str) -> None:
    """
    Check that a topic whose type is guessed can hold pictures that are read here.

    :param topic: its name in the end
    :param where: the parameter that names it
    :raises ConfigError: when its name says that it does not
    """
    base, _, transport = topic.rpartition('/')
    kind = _OTHER_TRANSPORTS.get(transport)
    if kind is not None and base:
        raise ConfigError(
            where,
            f"'{topic}' carries {transport} of image_transport ({kind}), which is not read here: "
            f"use '{base}' or '{base}/{_COMPRESSED}' (if it is something else, say so by "
            'topic_type)',
        )


def info_topic_of(topic: str) -> str:
    """Return the name of the ``CameraInfo`` that by convention goes with an image topic."""
    base, slash, last = topic.rpartition('/')
    if last == _COMPRESSED or last in _OTHER_TRANSPORTS:
        base, slash, _ = base.rpartition('/')
    return f'{base}{slash}camera_info'
