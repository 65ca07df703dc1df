# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo answered, over what it saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.bags.scene_bag import IMAGE_TOPIC
from edge_sched_ros.bags.score import read_topic
from edge_sched_ros.scenes.world import CLASSES

_FRAMES = (60, 130, 210)


def _tracks(picture: NDArray[np.uint8], message: Any) -> NDArray[np.uint8]:
    drawn = picture.copy()
    for one in message.detections:
        centre, box = one.bbox.center.position, one.bbox
        left, top = int(centre.x - box.size_x / 2), int(centre.y - box.size_y / 2)
        right, bottom = int(centre.x + box.size_x / 2), int(centre.y + box.size_y / 2)
        colour = tuple(int(c) for c in np.random.default_rng(int(one.id)).integers(90, 255, 3))
        cv2.rectangle(drawn, (left, top), (right, bottom), colour, 2)
        text = f'{CLASSES[int(one.results[0].hypothesis.class_id)]} {one.id}'
        cv2.putText(
            drawn,
            text,
            (left, max(10, top - 4)),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.42,
            colour,
            1,
            cv2.LINE_AA,
        )
    return drawn


def _depth(message: Any, size: tuple[int, int]) -> NDArray[np.uint8]:
    metres = np.frombuffer(message.data, np.float32).reshape(message.height, message.width)
    near = np.clip(255 - np.nan_to_num(metres, nan=15.0) / 15 * 255, 0, 255).astype(np.uint8)
    return cv2.resize(cv2.applyColorMap(near, cv2.COLORMAP_INFERNO), size)


def draw(target: Path) -> None:
    """Draw three frames: tracks above, depth below."""
    made = Path('out/demo')
    images = read_topic(next((made / 'bags').glob('scene*')), IMAGE_TOPIC)
    tracks = read_topic(made / 'results', '/tracker/tracks')
    depths = read_topic(made / 'results', '/depth/image')
    stamps = sorted(set(images) & set(tracks) & set(depths))
    columns = []
    for index in _FRAMES:
        stamp = stamps[min(index, len(stamps) - 1)]
        image = images[stamp]
        picture = image.data.reshape(image.height, image.width, 3)
        above = _tracks(picture, tracks[stamp])
        columns.append(np.vstack([above, _depth(depths[stamp], (image.width, image.height))]))
    cv2.imwrite(str(target), np.hstack(columns), [cv2.IMWRITE_JPEG_QUALITY, 88])
