# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Draws the end of a job: its picture, its result, its age and lateness as a coloured border."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.jobs import ON_TIME
from edge_sched_ros.perception.drawing.draw import draw_over
from edge_sched_ros.perception.drawing.draw import scaled
from edge_sched_ros.perception.drawing.text import Colour
from edge_sched_ros.perception.drawing.text import DARK
from edge_sched_ros.perception.drawing.text import LINE_PX
from edge_sched_ros.perception.drawing.text import Picture
from edge_sched_ros.perception.drawing.text import write_text

#: blue, green, red: well before the deadline, close to it, after it
IN_TIME: Colour = (80, 200, 80)
CLOSE: Colour = (0, 190, 255)
LATE: Colour = (60, 60, 255)
#: share of the deadline from which an answer counts as close to it
_CLOSE = 0.8
#: size in place of a picture's where a job has none
_NO_PICTURE = (480, 640, 3)
_MOST_REASONS = 3


def debug_picture(end: JobEnd, *, missed: Mapping[str, int], width_px: int) -> Picture:
    """
    Return the picture of a job that has a result, with the result and its lateness over it.

    :param missed: reason -> frames without an answer since the last picture
    :param width_px: a wider picture is made smaller
    """
    source = _source(end)
    canvas, scale = scaled(source, min(1.0, width_px / source.shape[1]))
    camera = None if end.frame is None else end.frame.camera_model()
    draw_over(canvas, end.result, scale, camera)
    _frame(canvas, border_colour(end), lines(end, missed))
    return canvas


def border_colour(end: JobEnd) -> Colour:
    """Return the colour of an answer's lateness."""
    if end.outcome != ON_TIME:
        return LATE
    return CLOSE if _share(end) >= _CLOSE else IN_TIME


def lines(end: JobEnd, missed: Mapping[str, int]) -> list[str]:
    """Return what is said of a job: lateness, age, units, frames without an answer before it."""
    deadline_ms = (end.deadline_ns - end.release_ns) / 1e6
    response_ms = (end.response_ns or 0) / 1e6
    said = 'on time' if end.outcome == ON_TIME else f'{response_ms - deadline_ms:.1f} ms late'
    units = ' '.join(dict.fromkeys(stage.unit for stage in end.stages))
    variant = f' {end.variant}' if end.variant not in ('', 'base') else ''
    found = [
        f'{end.task}{variant}: {said}, {response_ms:.1f} of {deadline_ms:g} ms',
        f'age on arrival {end.age_ns / 1e6:.1f} ms, on {units}',
    ]
    if missed:
        reasons = sorted(missed.items(), key=lambda one: -one[1])[:_MOST_REASONS]
        told = ', '.join(f'{count} {reason}' for reason, count in reasons)
        found.append(f'frames without an answer: {told}')
    return found


def _share(end: JobEnd) -> float:
    return (end.response_ns or 0) / max(1, end.deadline_ns - end.release_ns)


def _source(end: JobEnd) -> Picture:
    image = end.result if isinstance(end.result, SourceImage) else _image(end.frame)
    try:
        return np.zeros(_NO_PICTURE, np.uint8) if image is None else shown(image)
    except FrameError:
        # of a program that reads what is no picture
        return np.zeros(_NO_PICTURE, np.uint8)


def _image(frame: Frame | None) -> SourceImage | None:
    return None if frame is None else frame.image


def shown(image: SourceImage) -> Picture:
    """
    Return a picture as BGR; of one without colours, the first three channels in full range.

    :raises FrameError: when it is no picture
    """
    if image.has_colours:
        return image.bgr()
    values = np.nan_to_num(image.native()[0][:, :, :3].astype(np.float64), posinf=0, neginf=0)
    if values.shape[2] < 3:
        values = np.repeat(values[:, :, :1], 3, axis=2)
    low, high = values.min(), values.max()
    made: NDArray[np.uint8] = ((values - low) * (255 / max(high - low, 1e-9))).astype(np.uint8)
    return made


def _frame(canvas: Picture, colour: Colour, said: list[str]) -> None:
    import cv2

    height, width = canvas.shape[:2]
    thick = max(2, min(height, width) // 80)
    cv2.rectangle(canvas, (0, 0), (width - 1, height - 1), DARK, thick * 2 + 2)
    cv2.rectangle(canvas, (0, 0), (width - 1, height - 1), colour, thick * 2)
    for row, line in enumerate(reversed(said)):
        write_text(canvas, line, thick + 4, height - thick - 6 - LINE_PX * row, colour)
