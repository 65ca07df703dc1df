# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Average precision of masks, keypoints and turned boxes; accuracy of classes (issue 18)."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest

from edge_sched_ros.reporting.accuracy import Boxes
from edge_sched_ros.reporting.accuracy import detection_map50
from edge_sched_ros.reporting.accuracy import iou
from edge_sched_ros.reporting.class_accuracy import pixel_accuracy
from edge_sched_ros.reporting.class_accuracy import top_accuracy
from edge_sched_ros.reporting.likeness import keypoint_likeness
from edge_sched_ros.reporting.likeness import mask_iou
from edge_sched_ros.reporting.likeness import turned_iou
from edge_sched_ros.reporting.precision import COCO_LIMITS
from edge_sched_ros.reporting.precision import FrameMatch
from edge_sched_ros.reporting.precision import mean_average_precision

CLASSES = ('cup', 'dog')
SIZE = 64


def _scenes(seed=3, frames=12):
    """Return found and true boxes of frames: some missed, some moved, some invented."""
    draw = np.random.default_rng(seed)
    found, true = {}, {}
    for frame in range(frames):
        corners = draw.uniform(0, 40, (5, 2))
        boxes = np.hstack([corners, corners + draw.uniform(8, 20, (5, 2))])
        labels = tuple(draw.choice(CLASSES, 5))
        ids = ('',) * 5
        true[frame] = Boxes(boxes, labels, (1.0,) * 5, ids, (False,) * 5)
        kept = draw.random(5) < 0.8
        moved = boxes[kept] + draw.normal(0, 1.2, (kept.sum(), 4))
        more = draw.uniform(0, 20, (2, 2))
        moved = np.vstack([moved, np.hstack([more, more + 10])])
        names = tuple(np.array(labels)[kept]) + tuple(draw.choice(CLASSES, 2))
        scores = tuple(draw.random(len(names)))
        found[frame] = Boxes(moved, names, scores, ('',) * len(names), (False,) * len(names))
    return found, true


def _coco(found, true, kind, limits, describe):
    """Return what pycocotools says; ``describe`` makes what it needs of a box."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    def rows(frames):
        return [
            {'image_id': at, 'category_id': CLASSES.index(label), **describe(box), 'score': score,
             'iscrowd': 0, 'id': number}
            for number, (at, box, label, score) in enumerate(
                ((at, box, label, score) for at, one in frames.items()
                 for box, label, score in zip(one.xyxy, one.labels, one.scores)), start=1)
        ]  # fmt: skip

    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {
            'images': [{'id': at, 'width': SIZE, 'height': SIZE} for at in true],
            'categories': [{'id': index, 'name': name} for index, name in enumerate(CLASSES)],
            'annotations': rows(true),
            'info': {},
        }
        truth.createIndex()
        judge = COCOeval(truth, truth.loadRes(rows(found)), kind)
        judge.params.iouThrs = np.array(limits)
        judge.params.maxDets = [100] if kind == 'keypoints' else [1, 10, 100]
        judge.evaluate()
        judge.accumulate()
    precision = judge.eval['precision'][:, :, :, 0, -1]
    return float(precision[precision > -1].mean())


def _ours(found, true, likeness, limits):
    frames = [
        FrameMatch(
            found[at].labels, found[at].scores, true[at].labels, likeness(found[at], true[at])
        )
        for at in true
    ]
    return mean_average_precision(frames, limits)


def _mask(box):
    mask = np.zeros((SIZE, SIZE), np.uint8)
    x0, y0, x1, y1 = np.rint(box).astype(int)
    mask[max(y0, 0) : y1, max(x0, 0) : x1] = 1
    return mask


def test_boxes_score_as_pycocotools_says():
    found, true = _scenes()
    boxes = lambda ours, theirs: iou(ours.xyxy, theirs.xyxy)  # noqa: E731
    ours = _ours(found, true, boxes, (0.5,))
    assert 0.3 < ours < 0.9
    assert ours == pytest.approx(detection_map50(found, true), abs=1e-9)
    describe = lambda box: {  # noqa: E731
        'bbox': [box[0], box[1], box[2] - box[0], box[3] - box[1]],
        'area': (box[2] - box[0]) * (box[3] - box[1]),
    }
    wanted = _coco(found, true, 'bbox', COCO_LIMITS, describe)
    assert _ours(found, true, boxes, COCO_LIMITS) == pytest.approx(wanted, abs=1e-9)


def test_masks_score_as_pycocotools_says():
    from pycocotools import mask as codec

    found, true = _scenes(5)

    def describe(box):
        mask = _mask(box)
        return {'segmentation': codec.encode(np.asfortranarray(mask)), 'area': int(mask.sum())}

    def masks(ours, theirs):
        both = [np.array([_mask(b) for b in one.xyxy]).astype(bool) for one in (ours, theirs)]
        return mask_iou(*both)

    wanted = _coco(found, true, 'segm', COCO_LIMITS, describe)
    assert 0.1 < wanted < 0.9
    assert _ours(found, true, masks, COCO_LIMITS) == pytest.approx(wanted, abs=1e-9)


def _points(box):
    """Return 17 points across a box, the last not marked."""
    share = np.linspace(0, 1, 17)[:, None]
    points = box[:2] + share * (box[2:] - box[:2])
    return np.hstack([points, np.r_[np.full(16, 2.0), 0][:, None]])


def test_keypoints_score_as_pycocotools_says():
    found, true = _scenes(8)
    area = lambda box: (box[2] - box[0]) * (box[3] - box[1])  # noqa: E731

    def describe(box):
        points = _points(box)
        return {
            'keypoints': points.reshape(-1).tolist(), 'num_keypoints': 16, 'area': area(box),
            'bbox': [box[0], box[1], box[2] - box[0], box[3] - box[1]],
        }  # fmt: skip

    def alike(ours, theirs):
        here, there = (np.array([_points(b) for b in one.xyxy]) for one in (ours, theirs))
        return keypoint_likeness(here, there, np.array([area(b) for b in theirs.xyxy]))

    wanted = _coco(found, true, 'keypoints', COCO_LIMITS, describe)
    assert 0.1 < wanted < 0.99
    assert _ours(found, true, alike, COCO_LIMITS) == pytest.approx(wanted, abs=1e-6)


def test_other_sets_of_points_have_one_deviation():
    true = np.array([[[0.0, 0, 1], [10, 0, 1], [99, 99, 0]]])
    found = true[..., :2] + [3.0, 4]
    likeness = keypoint_likeness(found, true, np.array([100.0]))
    assert likeness[0, 0] == pytest.approx(np.exp(-25 / (2 * 100 * 0.1**2)))


def test_turned_boxes_overlap_by_their_corners():
    square = np.array([[10.0, 10, 4, 4, 0]])
    turned = np.array([[10.0, 10, 4, 4, np.pi / 4], [10, 10, 4, 4, np.pi / 2], [30, 30, 4, 4, 1]])
    # a square and the same one turned by 45 degrees share a regular octagon
    octagon = 16 * 2 * (np.sqrt(2) - 1)
    wanted = [octagon / (32 - octagon), 1, 0]
    assert turned_iou(square, turned)[0] == pytest.approx(wanted, abs=1e-3)
    assert turned_iou(square, square[:0]).shape == (1, 0)


def test_what_may_be_found_or_not_counts_neither_way():
    likeness = np.array([[1.0, 0.0], [0.0, 1.0]])
    frame = FrameMatch(('a', 'a'), (0.9, 0.8), ('a', 'a'), likeness, (False, True))
    assert mean_average_precision([frame]) == 1
    missed = FrameMatch((), (), ('a', 'a'), np.zeros((0, 2)), (False, True))
    assert mean_average_precision([frame, missed], (0.5,)) == pytest.approx(0.5, abs=0.01)
    assert np.isnan(mean_average_precision([FrameMatch(('a',), (1,), (), np.zeros((1, 0)))]))


def test_pixels_of_classes():
    true = np.array([[0, 0, 1, 1], [0, 0, 1, 255]], np.uint8)
    found = np.array([[0, 0, 1, 0], [0, 2, 1, 1]], np.uint8)
    figures = pixel_accuracy([(found, true)])
    # 0: 3 of 5, 1: 2 of 3; the class 2 is nowhere there, and one pixel is not marked
    assert figures['miou'] == pytest.approx((3 / 5 + 2 / 3) / 2)
    assert figures['pixel_accuracy'] == pytest.approx(5 / 7)
    larger = true.repeat(2, axis=0).repeat(2, axis=1)
    assert pixel_accuracy([(true, larger)])['miou'] == 1
    assert np.isnan(pixel_accuracy([])['miou'])


def test_the_first_classes():
    pairs = [(('a', 'b'), 'a'), (('a', 'b'), 'b'), (tuple('abcdef'), 'f'), ((), 'a')]
    assert top_accuracy(pairs) == {'top1': 0.25, 'top5': 0.5}
    assert np.isnan(top_accuracy([])['top1'])
