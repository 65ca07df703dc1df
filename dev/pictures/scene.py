# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One frame of the demo's bag as a picture file."""

from __future__ import annotations

from pathlib import Path

_FRAME, _QUALITY = 60, 92


def draw(target: Path) -> None:
    """Write the picture."""
    import cv2

    from edge_sched_ros.bags.scene_bag import IMAGE_TOPIC
    from edge_sched_ros.bags.score import read_topic

    images = read_topic(next(Path('out/demo/bags').glob('scene*')), IMAGE_TOPIC)
    image = images[sorted(images)[_FRAME]]
    picture = image.data.reshape(image.height, image.width, 3)
    cv2.imwrite(str(target), picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
