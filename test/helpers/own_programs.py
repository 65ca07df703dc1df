# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Programs as users write them, for images that are no pictures."""

from __future__ import annotations

import numpy as np

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections


class Halved:
    """Gives half the depth of a 32FC1 image, from its message."""

    stages = ('halve',)
    stateful = False
    output = 'depth'

    def run(self, stage: str, context: JobContext) -> int:
        """Read the message as DDS and bags have it."""
        assert context.frame is not None
        image = context.frame.message
        depth = np.frombuffer(image.data, np.float32).reshape(image.height, image.width)
        context.result = DepthMap(depth / 2, 1.0, 1.0)
        return 1

    def reset(self) -> None:
        """Nothing is remembered."""

    def close(self) -> None:
        """Nothing is held."""


class Seen(Halved):
    """Wants the picture of whatever comes."""

    output = 'picture'

    def run(self, stage: str, context: JobContext) -> int:
        """Ask for pixels."""
        assert context.frame is not None and context.frame.image is not None
        context.frame.image.bgr()
        context.result = context.frame.image
        return 1


class OneBox(Halved):
    """Finds one object in the middle of every picture."""

    output = 'detections'
    labels = ('cup', 'dog')

    def run(self, stage: str, context: JobContext) -> int:
        """Return a box of half the size of the picture."""
        assert context.frame is not None and context.frame.image is not None
        width, height = context.frame.image.size
        box = np.array([[width / 4, height / 4, width * 3 / 4, height * 3 / 4]], np.float32)
        context.result = Detections(
            box, np.array([0.75], np.float32), np.array([1]), self.labels, np.array([7])
        )
        return 1


class TwoMetres(Halved):
    """Everything is two metres away."""

    def run(self, stage: str, context: JobContext) -> int:
        """Return the depth of a quarter of the picture's size."""
        assert context.frame is not None and context.frame.image is not None
        width, height = context.frame.image.size
        depth = np.full((height // 4, width // 4), 2.0, np.float32)
        context.result = DepthMap(depth, 0.25, 0.25)
        return 1
