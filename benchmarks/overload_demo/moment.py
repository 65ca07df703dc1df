# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a robot knew at one moment: the picture of a camera with the newest answers over it.

The observer notes when answers come, not what is in them. Detection and depth give the same answer
to the same picture, so the answer is computed again. Tracks depend on all frames before them, and
are left out.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.side_by_side.analysis.outcomes import Heard
from benchmarks.side_by_side.analysis.outcomes import Sent
from benchmarks.side_by_side.baseline.programs import answer
from benchmarks.side_by_side.baseline.programs import programs_of
from benchmarks.side_by_side.contenders.baselines import ONE
from benchmarks.side_by_side.pictures import there_and_back
from benchmarks.side_by_side.workload import Task
from benchmarks.side_by_side.workload import Workload
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.perception.drawing.draw import draw_over
from edge_sched_ros.perception.drawing.draw import scaled
from edge_sched_ros.perception.drawing.text import LINE_PX
from edge_sched_ros.perception.drawing.text import write_text
from edge_sched_ros.pipeline.debug.picture import IN_TIME
from edge_sched_ros.pipeline.debug.picture import LATE
from edge_sched_ros.reporting.html.pictures import ShownPicture

_SCALE, _BORDER_PX, _QUALITY = 2.0, 8, 88


def newest_answer(heard: Heard, at_ns: int) -> int | None:
    """Return the stamp of the newest frame that was answered by a time; ``None`` without one."""
    there = heard.stamps[heard.received <= at_ns]
    return int(there.max()) if len(there) else None


class Moments:
    """
    Pictures of one camera at the same place of every run.

    :param pictures: frames x height x width x 3, what the camera showed
    """

    def __init__(self, workload: Workload, pictures: NDArray[np.uint8], camera: int = 0) -> None:
        self._tasks = [t for t in workload.tasks if t.camera == camera and not t.parent]
        self._programs: dict[str, Program] = programs_of(workload, self._tasks, ONE)
        self._pictures = pictures
        self._camera = camera

    def pictures(
        self, sent: Sent, heard: Mapping[str, Heard], *, frame: int, rate_hz: float
    ) -> list[ShownPicture]:
        """Return a picture for each task, half a period after a frame was sent."""
        stamps = sent.stamps[self._camera]
        at_ns = int(stamps[frame]) + round(0.5e9 / rate_hz)
        return [
            self._picture(task, stamps, newest_answer(heard[task.result_topic], at_ns), frame,
                          at_ns, rate_hz)
            for task in self._tasks
        ]  # fmt: skip

    def _picture(
        self,
        task: Task,
        stamps: NDArray[np.int64],
        newest: int | None,
        frame: int,
        at_ns: int,
        rate_hz: float,
    ) -> ShownPicture:
        canvas, scale = scaled(self._shown(frame), _SCALE)
        colour = LATE
        if newest is None or newest not in stamps:
            told = f'{task.name}: no answer until then'
        else:
            answered = int(np.flatnonzero(stamps == newest)[0])
            draw_over(canvas, self._answer(task, answered), scale)
            age_ms, due_ms = (at_ns - newest) / 1e6, task.deadline_ms(rate_hz)
            told = f'{task.name}: newest answer {age_ms:.0f} ms old, deadline {due_ms:.0f} ms'
            # who answers every frame in time has an answer that is at most this old
            allowed_ms = due_ms + 1e3 / rate_hz
            colour = IN_TIME if age_ms <= allowed_ms else LATE
        height, width = canvas.shape[:2]
        cv2.rectangle(canvas, (0, 0), (width - 1, height - 1), colour, _BORDER_PX)
        write_text(canvas, told, _BORDER_PX, height - LINE_PX, colour)
        _, data = cv2.imencode('.jpg', canvas, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        return ShownPicture(told, data.tobytes())

    def _shown(self, frame: int) -> NDArray[np.uint8]:
        return self._pictures[there_and_back(frame, len(self._pictures))]

    def _answer(self, task: Task, frame: int) -> object:
        picture = np.ascontiguousarray(self._shown(frame))
        height, width = picture.shape[:2]
        image = SourceImage.from_raw(
            picture.reshape(-1), width=width, height=height, encoding='bgr8', step=3 * width
        )
        return answer(self._programs[task.name], Frame('', frame, frame, '', image))
