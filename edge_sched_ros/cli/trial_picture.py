# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One picture out of a picture file, a bag or a video."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.bags.reader import Bag
from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.perception.importing.trial import image_of_bgr
from edge_sched_ros.pipeline.inputs.inputs import Input
from edge_sched_ros.pipeline.settings.config import COMPRESSED_TYPE
from edge_sched_ros.pipeline.settings.config import IMAGE_TYPE

_BAGS = ('.mcap', '.db3', '.bag')
_VIDEOS = ('.avi', '.m4v', '.mkv', '.mov', '.mp4', '.mpeg', '.mpg', '.webm')


def picture_of(
    path: Path, *, topic: str = '', at_s: float = 0.0, where: str = '--try'
) -> NDArray[np.uint8]:
    """
    Return a picture as HxWx3 BGR.

    The parameters are those of :func:`image_of`.

    :raises ConfigError: when there is no picture that can be used
    """
    image = image_of(path, topic=topic, at_s=at_s, where=where)
    try:
        return image.bgr()
    except FrameError as error:
        raise ConfigError(where, f'{path}: {error}') from None


def image_of(
    path: Path, *, topic: str = '', at_s: float = 0.0, where: str = '--try'
) -> SourceImage:
    """
    Return a picture as it was received; it may have no colours.

    :param topic: image topic of a bag; empty for its first
    :param at_s: time in a bag or video from which the next picture is taken
    :param where: the option that names the file, for messages
    :raises ConfigError: when there is no picture that can be used
    """
    if not path.exists():
        raise ConfigError(where, f'there is no file {path}')
    try:
        if path.is_dir() or path.suffix.lower() in _BAGS:
            image = _of_bag(path, topic, at_s, where)
        elif path.suffix.lower() in _VIDEOS:
            image = image_of_bgr(_of_video(path, at_s, where))
        else:
            image = image_of_bgr(SourceImage.from_compressed(path.read_bytes()).bgr())
        if image.has_colours:
            # whether it can be decoded
            image.bgr()
        return image
    except FrameError as error:
        raise ConfigError(where, f'{path}: {error}') from None


def _of_bag(path: Path, topic: str, at_s: float, where: str) -> SourceImage:
    with open_bag(path) as bag:
        images = [one for one in bag.connections if one.msgtype in (IMAGE_TYPE, COMPRESSED_TYPE)]
        if not images:
            raise ConfigError(where, f'{path} has no topic of images')
        if topic:
            images = [one for one in images if one.topic.strip('/') == topic.strip('/')]
            if not images:
                known = ', '.join(sorted({one.topic for one in bag.connections}))
                raise ConfigError(
                    '--topic', f"{path} has no images on '{topic}' (it has: {known})"
                )
        return _first(bag, images[0], at_s, f'{where}: {path}')


def _first(bag: Bag, connection: object, at_s: float, where: str) -> SourceImage:
    """Return the first image that can be used from a time on."""
    problem: object = 'there is no image so late'
    begin = bag.start_time + round(at_s * 1e9)
    for one, log_ns, data in bag.messages([connection]):
        if log_ns < begin:
            continue
        try:
            message = bag.deserialize(data, one.msgtype)
            image = Input(one.topic, one.msgtype).accept(message, 0).frame.image
        except FrameError as error:
            problem = error
            continue
        except Exception as error:
            problem = brief_error(error)
            continue
        if image is not None:
            return image
    raise ConfigError(where, str(bag.damage or problem))


def _of_video(path: Path, at_s: float, where: str) -> NDArray[np.uint8]:
    import cv2

    video = cv2.VideoCapture(str(path))
    try:
        if at_s:
            video.set(cv2.CAP_PROP_POS_MSEC, at_s * 1e3)
        there, picture = video.read()
    finally:
        video.release()
    if not there:
        raise ConfigError(where, f'{path}: there is no picture that OpenCV can read')
    return np.asarray(picture, np.uint8)
