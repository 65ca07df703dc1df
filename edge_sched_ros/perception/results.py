# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results of tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.masks import Masks


@dataclass(frozen=True, slots=True)
class Detections:
    """
    Objects in one picture.

    :param boxes_xyxy: Nx4 float32, source pixels
    :param scores: N, 0..1
    :param class_ids: N
    :param labels: names of the classes; other classes are named by their number
    :param track_ids: N, constant over frames; ``None`` when untracked
    :param angles_rad: N float32, clockwise in the picture: each box is turned by it about its own
        centre; ``None`` for upright boxes
    :param keypoints: NxKx3 float32: x and y in source pixels, score
    :param masks: the pixels of each object
    :param keypoint_names: names of the keypoints of an object, in their order; empty if not known
    """

    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    labels: tuple[str, ...] = ()
    track_ids: NDArray[np.int64] | None = None
    angles_rad: NDArray[np.float32] | None = None
    keypoints: NDArray[np.float32] | None = None
    masks: Masks | None = None
    keypoint_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.scores)

    def label(self, index: int) -> str:
        """Return the class name of an object."""
        return _name(self.labels, int(self.class_ids[index]))

    def take(
        self, rows: NDArray[np.int64], track_ids: NDArray[np.int64] | None = None
    ) -> Detections:
        """
        Return some of the objects, in the order of the rows.

        :param track_ids: numbers of their tracks; ``None`` keeps those that they have
        """
        if track_ids is None and self.track_ids is not None:
            track_ids = self.track_ids[rows]
        return Detections(
            self.boxes_xyxy[rows],
            self.scores[rows],
            self.class_ids[rows],
            self.labels,
            track_ids,
            None if self.angles_rad is None else self.angles_rad[rows],
            None if self.keypoints is None else self.keypoints[rows],
            None if self.masks is None else self.masks.take(rows),
            self.keypoint_names,
        )

    def upright_boxes(self) -> NDArray[np.float32]:
        """Return Nx4 boxes with sides along the picture's that enclose the objects."""
        if self.angles_rad is None:
            return self.boxes_xyxy
        centres = (self.boxes_xyxy[:, :2] + self.boxes_xyxy[:, 2:]) / 2
        half = (self.boxes_xyxy[:, 2:] - self.boxes_xyxy[:, :2]) / 2
        cos, sin = np.abs(np.cos(self.angles_rad)), np.abs(np.sin(self.angles_rad))
        reach = np.stack(
            [half[:, 0] * cos + half[:, 1] * sin, half[:, 0] * sin + half[:, 1] * cos], axis=1
        )
        around: NDArray[np.float32] = np.concatenate([centres - reach, centres + reach], axis=1)
        return around


def no_detections(labels: tuple[str, ...] = ()) -> Detections:
    """Return an empty result."""
    return Detections(
        np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64), labels
    )


@dataclass(frozen=True, slots=True)
class Detections3D:
    """
    Objects in the optical frame of a camera: x right, y down, z forward, metres (REP 103).

    :param positions_m: Nx3 float32, on the surface that the camera sees
    :param sizes_m: Nx3 float32, along the axes of the frame
    :param scores: N, 0..1
    :param class_ids: N
    :param labels: names of the classes; other classes are named by their number
    :param track_ids: N, constant over frames; ``None`` when untracked
    """

    positions_m: NDArray[np.float32]
    sizes_m: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    labels: tuple[str, ...] = ()
    track_ids: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.scores)

    def label(self, index: int) -> str:
        """Return the class name of an object."""
        return _name(self.labels, int(self.class_ids[index]))


@dataclass(frozen=True, slots=True)
class DepthMap:
    """
    Depth of one picture.

    :param depth_m: HxW float32, metres along the optical axis, NaN where unknown
    :param scale_x: its pixels per source pixel, horizontally
    :param scale_y: its pixels per source pixel, vertically
    :param offset_x: position of the source's left edge in it, pixels
    :param offset_y: position of the source's top edge in it, pixels
    """

    depth_m: NDArray[np.float32]
    scale_x: float
    scale_y: float
    offset_x: float = 0.0
    offset_y: float = 0.0


@dataclass(frozen=True, slots=True)
class ClassMap:
    """
    The class of every pixel of one picture.

    :param class_ids: HxW uint8 or uint16
    :param scale_x: its pixels per source pixel, horizontally
    :param scale_y: its pixels per source pixel, vertically
    :param offset_x: position of the source's left edge in it, pixels
    :param offset_y: position of the source's top edge in it, pixels
    :param labels: names of the classes
    :param values: CxHxW, what the network says of each class; ``None`` when it gives ids only
    :param logits: whether the values are logits, which softmax makes probabilities of (of a single
        class, the logistic function)
    :param shares: HxW uint8, the probability of each pixel's class in steps of 1/255, where the
        values stayed on another device
    :param sends_confidence: whether ``shares`` go to other devices; the values never do
    """

    class_ids: NDArray[Any]
    scale_x: float
    scale_y: float
    offset_x: float = 0.0
    offset_y: float = 0.0
    labels: tuple[str, ...] = ()
    values: NDArray[np.float32] | None = None
    logits: bool = True
    shares: NDArray[np.uint8] | None = None
    sends_confidence: bool = False

    def confidence(self) -> NDArray[np.float32] | None:
        """Return the probability of each pixel's class, HxW, 0..1; ``None`` if not known."""
        if self.shares is not None:
            return self.shares.astype(np.float32) / np.float32(255)
        if self.values is None:
            return None
        values = self.values.astype(np.float32, copy=False)
        best: NDArray[np.float32] = values.max(axis=0)
        if not self.logits:
            return best if len(values) > 1 else np.maximum(best, 1 - best)
        if len(values) == 1:
            likely: NDArray[np.float32] = 1 / (1 + np.exp(-np.minimum(np.abs(best), 80)))
            return likely
        total: NDArray[np.float32] = np.exp(values - best).sum(axis=0)
        return 1 / total


@dataclass(frozen=True, slots=True)
class Classes:
    """
    Classes of one picture, the most likely first.

    :param class_ids: N
    :param scores: N, 0..1
    :param labels: names of the classes; other classes are named by their number
    """

    class_ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    labels: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of classes."""
        return len(self.scores)

    def label(self, index: int) -> str:
        """Return the name of a class."""
        return _name(self.labels, int(self.class_ids[index]))


@dataclass(frozen=True, slots=True)
class Embeddings:
    """
    Appearance of objects.

    :param vectors: NxD float32
    """

    vectors: NDArray[np.float32]


#: classes of results that another process can send, by name
SENT_RESULTS: dict[str, type] = {
    each.__name__: each
    for each in (Detections, Masks, Detections3D, DepthMap, ClassMap, Classes, Embeddings)
}


def _name(labels: tuple[str, ...], class_id: int) -> str:
    return labels[class_id] if 0 <= class_id < len(labels) else str(class_id)
