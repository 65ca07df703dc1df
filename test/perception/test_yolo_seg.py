# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Instance masks, against a decoding pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
import random_heads
import reference_kinds as reference
from decoding import decoder_of
from decoding import infos

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import recognise
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.decoders.yolo_seg import YoloSeg

SIZE = (160, 96)
CLASSES, PROTOTYPES = 3, 8
#: 640x300 in 160x96: a quarter, 10.5 rows of padding
WAY = fit(InputSpec(*SIZE), 640, 300)


def _outputs(seed=0, count=5):
    rng = np.random.default_rng(seed)
    coarse = rng.normal(size=(PROTOTYPES, 6, 10)).astype(np.float32)
    prototypes = np.kron(coarse, np.ones((4, 4), np.float32))[None]
    rows = random_heads.dense(
        rng,
        count=count,
        classes=CLASSES,
        size=SIZE,
        rest=lambda n: rng.normal(size=(n, PROTOTYPES)),
        cells=315,
    )
    return rows, prototypes


def _reference(rows, prototypes):
    found = [
        (score, which, reference.corners_of(box), rest)
        for score, which, box, rest in reference.dense_candidates(rows, CLASSES, 0.3)
    ]
    kept = reference.best_rows(found, reference.upright_iou, 0.5)
    return [(*one, reference.mask(one[3], prototypes[0], one[2], SIZE)) for one in kept]


def _check(found, wanted):
    assert len(found) == len(wanted) > 2
    masks = found.masks
    assert (masks.width, masks.height) == (160, 75)
    for index, (score, which, box, _, whole) in enumerate(wanted):
        assert found.scores[index] == pytest.approx(score) and found.class_ids[index] == which
        x0, y0 = reference.to_source(*box[:2], WAY)
        assert found.boxes_xyxy[index][:2] == pytest.approx(np.maximum([x0, y0], 0), abs=1e-2)
        shown = whole[10:85]
        union = (masks.whole(index) | shown).sum()
        assert (masks.whole(index) & shown).sum() >= 0.99 * union


@pytest.mark.parametrize('seed', range(5))
def test_masks_are_sums_of_prototypes_inside_the_box(seed):
    rows, prototypes = _outputs(seed)
    decoder = decoder_of('yolo_seg', rows, prototypes, size=SIZE, labels=('a', 'b', 'c'))
    found = decoder.decode([rows, prototypes], WAY)
    assert found.masks.windows[:, 1].min() >= 0, 'the padding is cut off'
    _check(found, _reference(rows, prototypes))


def test_outputs_in_the_other_order():
    rows, prototypes = _outputs()
    decoder = decoder_of('yolo_seg', prototypes, rows, size=SIZE)
    _check(decoder.decode([prototypes, rows], WAY), _reference(rows, prototypes))


def _selected(rows, prototypes):
    """Return the same detections as an export that selects them, among rows of zeros."""
    wanted = _reference(rows, prototypes)
    selected = np.zeros((1, 100, 6 + PROTOTYPES), np.float32)
    for index, (score, which, box, rest, _) in enumerate(wanted):
        selected[0, index] = [*box, score, which, *rest]
    return selected, wanted


def test_an_export_that_selects_its_detections():
    rows, prototypes = _outputs()
    selected, wanted = _selected(rows, prototypes)
    decoder = decoder_of('yolo_seg', selected, prototypes, size=SIZE, labels=('a', 'b', 'c'))
    _check(decoder.decode([selected, prototypes], WAY), wanted)


def _as_yolov5(rows):
    """Return the rows of a head with objectness, of the same scores."""
    objectness = np.full((1, 315, 1), 0.96, np.float32)
    turned = rows.transpose(0, 2, 1)
    classes = turned[..., 4 : 4 + CLASSES] / 0.96
    return np.concatenate(
        [turned[..., :4], objectness, classes, turned[..., 4 + CLASSES :]], axis=2
    )


def test_rows_of_yolov5_with_objectness():
    rows, prototypes = _outputs()
    rows = rows.astype(np.float64)
    rows[0, 4 : 4 + CLASSES] = np.minimum(rows[0, 4 : 4 + CLASSES], 0.95)
    old = _as_yolov5(rows).astype(np.float32)
    decoder = decoder_of('yolov5_seg', old, prototypes, size=SIZE, labels=('a', 'b', 'c'))
    _check(decoder.decode([old, prototypes], WAY), _reference(rows, prototypes))
    with pytest.raises(ConfigError, match=r'2 names.* 3 classes'):
        decoder_of('yolov5_seg', old, prototypes, size=SIZE, labels=('a', 'b'))
    with pytest.raises(ConfigError, match=r'yolov5_seg needs two outputs, 1xNx\(5\+classes'):
        decoder_of('yolov5_seg', rows, prototypes, size=SIZE)


def test_rows_of_yolov5_are_recognised():
    outputs = infos(((1, 25200, 117), 'float32'), ((1, 32, 160, 160), 'float32'))
    seen = dict(recognise(outputs, {'names': '[]', 'stride': '32'}, (640, 640)))
    assert list(seen) == ['yolov5_seg'] and seen['yolov5_seg'].classes == 80


def test_an_export_that_selects_nothing():
    _, prototypes = _outputs()
    nothing = np.zeros((1, 100, 6 + PROTOTYPES), np.float32)
    decoder = decoder_of('yolo_seg', nothing, prototypes, size=SIZE)
    found = decoder.decode([nothing, prototypes], WAY)
    assert len(found) == len(found.masks) == 0
    assert (found.masks.numbers() == 0).all()


def test_a_box_in_the_padding_or_without_pixels_has_no_mask():
    _, prototypes = _outputs()
    rows = np.zeros((1, 2, 6 + PROTOTYPES), np.float32).repeat(50, axis=1)
    rows[0, 0] = [10, 1, 40, 5, 0.9, 0, *np.ones(PROTOTYPES)]
    rows[0, 1] = [20.1, 50, 20.2, 60, 0.8, 0, *np.ones(PROTOTYPES)]
    found = decoder_of('yolo_seg', rows, prototypes, size=SIZE).decode([rows, prototypes], WAY)
    assert found.scores.tolist() == pytest.approx([0.8])
    assert found.masks.whole(0).sum() == 0


def test_prototypes_of_another_size_fail_where_the_graph_left_it_open():
    rows, prototypes = _outputs()
    shape = ((1, PROTOTYPES, None, None), 'float32')
    decoder = decoder_of('yolo_seg', rows, shape, size=SIZE)
    _check(decoder.decode([rows, prototypes], WAY), _reference(rows, prototypes))
    for other in (prototypes[:, :, :, 1:], prototypes[:, 1:]):
        with pytest.raises(InvalidOutputError, match='prototypes'):
            decoder.decode([rows, other], WAY)


@pytest.mark.parametrize('part', [0, 1])
def test_masks_of_nan_fail_the_job(part):
    outputs = [one.copy() for one in _outputs()]
    if part:
        outputs[1][0, 2, 3, 4] = np.nan
    else:
        best = outputs[0][0, 4 : 4 + CLASSES].max(axis=0).argmax()
        outputs[0][0, 4 + CLASSES, best] = np.nan
    named = f"{('coefficients', 'masks')[part]} in the output 'output{part}'"
    with pytest.raises(InvalidOutputError, match=named):
        decoder_of('yolo_seg', *outputs, size=SIZE).decode(outputs, WAY)


@pytest.mark.parametrize(
    ('shapes', 'options', 'why'),
    [
        ([(1, 15, 315)], {}, 'needs two outputs'),
        ([(1, 15, 315), (1, 8, 25, 40)], {}, 'whole number of times'),
        ([(1, 12, 315), (1, 8, 24, 40)], {}, 'needs two outputs'),
        ([(1, 315, 15), (1, 8, 24, 40)], {}, 'needs two outputs'),
        ([(1, 15, 315), (1, 8, 24, 40)], {'labels': ('a', 'b')}, '2 names.* 3 classes'),
    ],
)
def test_what_cannot_be_is_refused_when_loading(shapes, options, why):
    outputs = [np.zeros(shape, np.float32) for shape in shapes]
    with pytest.raises(ConfigError, match=why):
        decoder_of('yolo_seg', *outputs, size=SIZE, **options)


@pytest.mark.parametrize(
    ('rows', 'metadata', 'certainty', 'classes'),
    [
        ((1, 116, 8400), {'task': 'segment'}, CERTAIN, 80),
        ((1, 116, 8400), {}, LIKELY, 80),
        ((1, 300, 38), {'task': 'segment'}, CERTAIN, None),
        ((1, 300, 38), {}, LIKELY, None),
        ((1, 25200, 117), {}, None, None),
        ((1, 116, 8400), {'task': 'pose'}, None, None),
    ],
)
def test_rows_and_prototypes_are_recognised(rows, metadata, certainty, classes):
    outputs = infos((rows, 'float32'), ((1, 32, 160, 160), 'float32'))
    seen = YoloSeg.recognise(outputs, metadata, (640, 640))
    assert (seen and seen.certainty, seen and seen.classes) == (certainty, classes)
