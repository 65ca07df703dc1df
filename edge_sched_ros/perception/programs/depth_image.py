# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The image of a depth camera that belongs to a picture, as the depth of its frame."""

from __future__ import annotations

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.perception.depth_images import depth_map


class DepthImageProgram:
    """
    Picture, and depth image of the ``second_topic`` with its stamp -> depth.

    A frame waits for its depth image, as for any image of a second topic.
    """

    stages = ('read',)
    stateful = False
    output = 'depth'
    needs_second = True

    def run(self, stage: str, context: JobContext) -> int:
        """
        Run the only stage.

        :raises FrameError: without a picture or a depth image, or when they do not fit
        """
        frame = context.frame
        if frame is None or frame.image is None:
            raise FrameError('no_image', f'{context.task}: the frame has no picture')
        if frame.second_message is None:
            raise FrameError('no_depth', f'{context.task}: the frame has no depth image')
        context.result = depth_map(frame.second_message, frame.image.size)
        return 0

    def reset(self) -> None:
        """Do nothing: there is no state."""

    def close(self) -> None:
        """Do nothing: there are no resources to free."""


PROGRAM = DepthImageProgram
