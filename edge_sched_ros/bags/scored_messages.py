# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages of results and of the truth as what measures of accuracy take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.perception.depth_images import depth_map
from edge_sched_ros.reporting.accuracy import Boxes
from edge_sched_ros.reporting.accuracy import depth_abs_rel
from edge_sched_ros.reporting.accuracy import iou
from edge_sched_ros.reporting.accuracy import tracking_figures
from edge_sched_ros.reporting.class_accuracy import pixel_accuracy
from edge_sched_ros.reporting.class_accuracy import top_accuracy
from edge_sched_ros.reporting.likeness import keypoint_likeness
from edge_sched_ros.reporting.likeness import mask_iou
from edge_sched_ros.reporting.likeness import turned_iou
from edge_sched_ros.reporting.precision import FrameMatch
from edge_sched_ros.reporting.precision import mean_average_precision

#: messages by the stamp of their frame
Messages = Mapping[int, Any]
#: the area of an object as a share of its box, where there is no mask
_SHARE_OF_BOX = 0.53
_IDS = {'mono8': 'u1', '8UC1': 'u1', 'mono16': 'u2', '16UC1': 'u2'}
#: encodings of true images that are compared as depth
_TRUE_DEPTH = frozenset({'32FC1', '16UC1'})
_DEPTH = _TRUE_DEPTH | {'mono16'}


def boxes_measures(found: Messages, true: Messages, ignore_below: float) -> dict[str, float]:
    """Return average precision, and figures of tracking where all boxes have track ids."""
    ours = {at: _five(message) for at, message in found.items()}
    theirs = {at: _five(message) for at, message in true.items()}
    turned = any((five[:, 4] != 0).any() for five in (*ours.values(), *theirs.values()))
    frames = [
        FrameMatch(
            *_classes(found[at]),
            _classes(true[at])[0],
            turned_iou(ours[at], theirs[at])
            if turned
            else iou(_xyxy(ours[at]), _xyxy(theirs[at])),
            [score < ignore_below for score in _classes(true[at])[1]],
        )
        for at in found
    ]
    measures = _precision(frames)
    every = [one for message in (*found.values(), *true.values()) for one in message.detections]
    if every and all(one.id for one in every) and not turned:
        marked = {at: _tracked(message, ignore_below) for at, message in true.items()}
        measures |= tracking_figures({at: _tracked(m, 0) for at, m in found.items()}, marked)
    return measures


def mask_measures(
    found: Messages, true: Messages, boxes: Messages, true_boxes: Messages
) -> dict[str, float]:
    """
    Return average precision of masks, at the resolution of the true ones.

    :param boxes: that the masks belong to, which have classes and scores; ``true_boxes`` likewise
    """
    import cv2

    frames = []
    for at, message in found.items():
        if at not in boxes or at not in true_boxes:
            continue
        there = _ids(true[at])
        here = cv2.resize(_ids(message), there.shape[::-1], interpolation=cv2.INTER_NEAREST)
        labels, scores = _classes(boxes[at])
        wanted, _ = _classes(true_boxes[at])
        likeness = mask_iou(_masks(here, len(labels)), _masks(there, len(wanted)))
        frames.append(FrameMatch(labels, scores, wanted, likeness))
    return _precision(frames)


def keypoint_measures(found: Messages, true: Messages, true_boxes: Messages) -> dict[str, float]:
    """
    Return average precision by object keypoint similarity.

    :param true_boxes: of the true objects; without them the area is that around their points
    """
    frames = []
    for at, message in found.items():
        here, there = _points(message), _points(true[at])
        if here.shape[1] != there.shape[1] and len(here) and len(there):
            told = f'have {here.shape[1]} and {there.shape[1]} keypoints of an object'
            raise ConfigError('keypoints', told)
        boxes = _five(true_boxes[at]) if at in true_boxes else np.zeros((0, 5))
        areas = boxes[:, 2] * boxes[:, 3] if len(boxes) == len(there) else _extents(there)
        likeness = (
            keypoint_likeness(here, there, _SHARE_OF_BOX * areas)
            if len(here) and len(there)
            else np.zeros((len(here), len(there)))
        )
        objects = message.objects
        frames.append(
            FrameMatch(
                [one.class_id for one in objects],
                [float(one.score) for one in objects],
                [one.class_id for one in true[at].objects],
                likeness,
            )
        )
    return _precision(frames)


def image_measures(found: Messages, true: Messages) -> dict[str, float]:
    """Return the error of depth, or the accuracy of class ids, as the true encoding says."""
    if _encodings(true) & _TRUE_DEPTH:
        pairs = [{at: _depth(m) for at, m in messages.items()} for messages in (found, true)]
        return {'abs_rel': depth_abs_rel(*pairs)}
    return pixel_accuracy((_ids(found[at]), _ids(true[at])) for at in found)


def is_scored_image(message: Any) -> bool:
    """Return whether an image is one of numbers or depth, and no picture of a camera."""
    return message.encoding in _DEPTH or message.encoding in _IDS


def image_problems(found: Messages, true: Messages, *, masks: bool) -> tuple[str, str]:
    """
    Return why images of the results cannot be compared, and why those of the truth cannot.

    :param masks: whether they are masks, which are numbers whatever their encoding
    """
    every = _DEPTH | _IDS.keys()
    ours, theirs = _unlike(found, every), _unlike(true, every)
    if ours or theirs:
        told = 'is no image of numbers or depth'
        return (f"'{ours}' {told}" if ours else '', f"'{theirs}' {told}" if theirs else '')
    is_depth = not masks and bool(_encodings(true) & _TRUE_DEPTH)
    other = _unlike(found, _DEPTH if is_depth else frozenset(_IDS))
    kind = 'depth' if is_depth else 'numbers'
    return (f"'{other}' is no image of {kind}, which the truth is" if other else '', '')


def class_measures(found: Messages, true: Messages) -> dict[str, float]:
    """Return how often the true class is among the first, of frames with a true one."""
    return top_accuracy(
        ([one.class_id for one in found[at].results], true[at].results[0].class_id)
        for at in found
        if true[at].results
    )


def _precision(frames: list[FrameMatch]) -> dict[str, float]:
    return {
        'map50': mean_average_precision(frames, (0.5,)),
        'map50_95': mean_average_precision(frames),
    }


def _classes(message: Any) -> tuple[list[str], list[float]]:
    hypotheses = [one.results[0].hypothesis for one in message.detections]
    return [one.class_id for one in hypotheses], [float(one.score) for one in hypotheses]


def _five(message: Any) -> NDArray[np.float64]:
    """Return the boxes of a Detection2DArray: centre x and y, width, height, angle."""
    rows = [
        (b.center.position.x, b.center.position.y, b.size_x, b.size_y, b.center.theta)
        for b in (one.bbox for one in message.detections)
    ]
    return np.array(rows, np.float64).reshape(-1, 5)


def _xyxy(five: NDArray[np.float64]) -> NDArray[np.float64]:
    half = five[:, 2:4] / 2
    return np.hstack([five[:, :2] - half, five[:, :2] + half])


def _tracked(message: Any, ignore_below: float) -> Boxes:
    labels, scores = _classes(message)
    ids = tuple(one.id for one in message.detections)
    ignored = tuple(score < ignore_below for score in scores)
    return Boxes(_xyxy(_five(message)), tuple(labels), tuple(scores), ids, ignored)


def _points(message: Any) -> NDArray[np.float64]:
    rows = [[(p.x, p.y, p.score) for p in one.points] for one in message.objects]
    count = len(rows[0]) if rows else 0
    return np.array(rows, np.float64).reshape(len(rows), count, 3)


def _extents(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the area around the marked points of each object."""
    found = []
    for one in points:
        marked = one[one[:, 2] > 0, :2]
        sides = marked.max(axis=0) - marked.min(axis=0) if len(marked) else np.zeros(2)
        found.append(float(sides[0] * sides[1]))
    return np.array(found)


def _masks(numbers: NDArray[Any], count: int) -> NDArray[np.bool_]:
    """Return the mask of each object, of an image of their numbers from 1."""
    found: NDArray[np.bool_] = numbers[None] == np.arange(1, count + 1)[:, None, None]
    return found


def _encodings(messages: Messages) -> set[str]:
    return {message.encoding for message in messages.values()}


def _unlike(messages: Messages, known: frozenset[str]) -> str:
    """Return the first encoding that is not among those known, for messages; empty without any."""
    others = sorted(_encodings(messages) - known)
    return brief(others[0]) or '?' if others else ''


def _ids(message: Any) -> NDArray[Any]:
    kind = _IDS.get(message.encoding)
    if kind is None:
        raise ConfigError('encoding', f"'{message.encoding}' is no image of numbers or depth")
    dtype = np.dtype(kind).newbyteorder('>' if message.is_bigendian else '<')
    rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)
    width = message.width * dtype.itemsize
    return np.ascontiguousarray(rows[:, :width]).view(dtype).astype(kind)


def _depth(message: Any) -> NDArray[np.float32]:
    try:
        return depth_map(message, (message.width, message.height)).depth_m
    except FrameError as error:
        raise ConfigError('encoding', str(error)) from None
