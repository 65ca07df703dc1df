# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Debug pictures: what they show, and that nothing is drawn while nobody looks."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest
from children import TIMEOUT_S
from rosbags.typesys import get_types_from_msg
from rosbags.typesys import get_typestore
from rosbags.typesys import Stores

from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.execution.frame import CameraModel
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.jobs import DROPPED
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.jobs import LATE
from edge_sched_ros.execution.jobs import ON_TIME
from edge_sched_ros.perception.masks import masks_of
from edge_sched_ros.perception.results import Classes
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import Detections3D
from edge_sched_ros.pipeline.debug import picture as module
from edge_sched_ros.pipeline.debug.annotations import ANNOTATIONS
from edge_sched_ros.pipeline.debug.annotations import image_annotations
from edge_sched_ros.pipeline.debug.painter import Painter
from edge_sched_ros.pipeline.debug.picture import debug_picture

#: the fields that every version of foxglove_msgs has
_FOXGLOVE = {
    'Point2': 'float64 x\nfloat64 y',
    'Color': 'float64 r\nfloat64 g\nfloat64 b\nfloat64 a',
    'CircleAnnotation': 'builtin_interfaces/Time timestamp\nfoxglove_msgs/Point2 position\n'
    'float64 diameter\nfloat64 thickness\nfoxglove_msgs/Color fill_color\n'
    'foxglove_msgs/Color outline_color',
    'PointsAnnotation': 'builtin_interfaces/Time timestamp\nuint8 POINTS=1\n'
    'uint8 LINE_LOOP=2\nuint8 type\n'
    'foxglove_msgs/Point2[] points\nfoxglove_msgs/Color outline_color\n'
    'foxglove_msgs/Color[] outline_colors\nfoxglove_msgs/Color fill_color\nfloat64 thickness',
    'TextAnnotation': 'builtin_interfaces/Time timestamp\nfoxglove_msgs/Point2 position\n'
    'string text\nfloat64 font_size\nfoxglove_msgs/Color text_color\n'
    'foxglove_msgs/Color background_color',
    'ImageAnnotations': 'foxglove_msgs/CircleAnnotation[] circles\n'
    'foxglove_msgs/PointsAnnotation[] points\nfoxglove_msgs/TextAnnotation[] texts',
}
#: of the package in Foxglove's SDK; LineageInfo has more
_NEWER = {
    'LineageInfo': 'string processing_node',
    'ImageAnnotations': _FOXGLOVE['ImageAnnotations']
    + '\nstring message_id\nfoxglove_msgs/LineageInfo lineage',
}
_PYTHON = {'float64': float, 'uint8': int, 'string': str}
_BOXES = np.array([[20, 30, 80, 90], [100, 40, 150, 110]], np.float32)
_FOUND = Detections(
    _BOXES,
    np.array([0.9, 0.5], np.float32),
    np.array([0, 1]),
    ('crate', 'ball'),
    np.array([7, 12]),
    np.array([0, 0.5], np.float32),
    np.array([[[30, 40, 0.9], [50, 60, 0.1]]] * 2, np.float32),
    masks_of([(0, 0, 20, 20)] * 2, [np.ones((20, 20), bool)] * 2, (80, 60), (0.5, 0.5, 0, 0)),
)
_CAMERA = CameraModel(np.array([[100.0, 0, 80], [0, 100, 60], [0, 0, 1]]), np.zeros((3, 4)))


def _frame(width=160, height=120):
    pixels = np.full((height, width, 3), 90, np.uint8)
    image = SourceImage.from_raw(
        pixels.tobytes(), width=width, height=height, encoding='bgr8', step=3 * width
    )
    frame = Frame('camera', 1, 12_000_000_034, 'lens', image)
    frame.camera = lambda _frame: _CAMERA
    return frame


def _end(result, *, response_ms=20.0, outcome=ON_TIME, frame=None, reason='', task='detector'):
    return JobEnd(
        task=task,
        job=1,
        outcome=outcome,
        reason=reason,
        frame=frame or _frame(),
        result=result,
        stages=(StageTiming('infer', 'cpu0', 0, 1, 2),),
        release_ns=1_000,
        deadline_ns=50_001_000,
        response_ns=round(response_ms * 1e6),
        age_ns=4_000_000,
        items=1,
        variant='base',
    )


@pytest.mark.parametrize(
    'result',
    [
        _FOUND,
        Detections(_BOXES[:0], np.zeros(0, np.float32), np.zeros(0, np.int64)),
        Detections(np.full((1, 4), 1e9, np.float32), np.ones(1, np.float32), np.zeros(1, int)),
        Detections3D(
            np.array([[0.2, 0.1, 2.0], [0, 0, 0.01]], np.float32),
            np.full((2, 3), 0.5, np.float32),
            np.array([0.9, 0.8], np.float32),
            np.array([0, 1]),
        ),
        DepthMap(np.array([[1, 2], [math.nan, 4]], np.float32), 0.0125, 0.0167),
        DepthMap(np.full((2, 2), np.nan, np.float32), 0.0125, 0.0167),
        ClassMap(np.array([[0, 1], [2, 3]], np.uint8), 0.0125, 0.0167, labels=('sky',)),
        Classes(np.array([1, 0]), np.array([0.8, 0.2], np.float32), ('cat', 'dog')),
        'what own code gives',
    ],
    ids=lambda one: type(one).__name__,
)
def test_every_kind_of_result_is_drawn_over_an_untouched_source(result):
    end = _end(result)
    drawn = debug_picture(end, missed={}, width_px=960)
    assert drawn.shape == (120, 160, 3) and drawn.dtype == np.uint8
    assert (end.frame.image.bgr() == 90).all()
    assert tuple(drawn[0, 80]) == module.IN_TIME


def test_what_is_found_is_where_it_is():
    drawn = debug_picture(_end(_FOUND), missed={}, width_px=960)
    empty = debug_picture(_end(_FOUND.take(np.zeros(0, np.int64))), missed={}, width_px=960)
    changed = (drawn != empty).any(axis=2)
    assert changed[60, 20] and changed[20, 20], 'a side of the box, a pixel of the mask'
    assert not changed[8, 100], 'nothing is there'


@pytest.mark.parametrize(
    ('response_ms', 'outcome', 'colour'),
    [(20, ON_TIME, 'IN_TIME'), (45, ON_TIME, 'CLOSE'), (60, LATE, 'LATE')],
)
def test_the_border_tells_how_late_the_answer_was(response_ms, outcome, colour):
    end = _end(_FOUND, response_ms=response_ms, outcome=outcome)
    drawn = debug_picture(end, missed={}, width_px=960)
    assert tuple(drawn[0, 0]) == tuple(drawn[-1, -1]) == getattr(module, colour)


def test_what_is_said_of_a_job():
    said = module.lines(_end(_FOUND), {})
    assert said == ['detector: on time, 20.0 of 50 ms', 'age on arrival 4.0 ms, on cpu0']
    late = module.lines(
        _end(_FOUND, response_ms=61, outcome=LATE), {'superseded': 3, 'no_unit': 1}
    )
    assert late[0] == 'detector: 11.0 ms late, 61.0 of 50 ms'
    assert late[2] == 'frames without an answer: 3 superseded, 1 no_unit'


def test_a_wide_picture_becomes_smaller_and_its_boxes_too():
    drawn = debug_picture(_end(_FOUND, frame=_frame(640, 480)), missed={}, width_px=320)
    assert drawn.shape == (240, 320, 3)


@pytest.mark.parametrize('frame', [None, Frame('imu', 1, 0, '')])
def test_a_job_without_a_picture_has_its_words(frame):
    end = _end('a text')
    object.__setattr__(end, 'frame', frame)
    assert debug_picture(end, missed={}, width_px=960).any()


def test_a_raw_image_without_colours_is_shown():
    five = SourceImage.from_raw(
        np.zeros((6, 8, 5), np.uint8).tobytes(), width=8, height=6, encoding='8UC5', step=40
    )
    assert module.shown(five).shape == (6, 8, 3)


class _Watched:
    """A painter whose subscribers and pictures a test controls."""

    def __init__(self, *tasks):
        self.tasks = frozenset(tasks)
        self.painted, self.failures = [], []
        self.go, self.begun = threading.Event(), threading.Event()
        self.looked = threading.Semaphore(0)
        self.painter = Painter(self._look, self._paint, self.failures.append, hz=1000)

    def _look(self):
        self.looked.release()
        return self.tasks

    def _paint(self, end, missed):
        self.begun.set()
        assert self.go.wait(TIMEOUT_S)
        self.painted.append((end.task, end.response_ns, dict(missed)))
        if end.result == 'broken':
            raise SystemExit(3)

    def __enter__(self):
        self.painter.start()
        assert self.looked.acquire(timeout=TIMEOUT_S)
        while self.painter.wanted != self.tasks:
            assert self.looked.acquire(timeout=TIMEOUT_S)
        return self

    def __exit__(self, *_error):
        self.go.set()
        self.painter.stop()


def test_nothing_is_kept_while_nobody_looks():
    with _Watched() as watched:
        watched.painter.offer(_end(_FOUND))
        watched.painter.offer(_end(None, outcome=DROPPED, reason='superseded'))
        assert not watched.painter._latest and not watched.painter._missed
    assert not watched.painted


def test_only_the_newest_answer_is_painted_and_misses_are_counted():
    with _Watched('detector') as watched:
        watched.painter.offer(_end(_FOUND, response_ms=1))
        assert watched.begun.wait(TIMEOUT_S)
        # while the first is painted
        for response_ms in (2, 3, 4):
            watched.painter.offer(_end(_FOUND, response_ms=response_ms))
            watched.painter.offer(_end(None, outcome=DROPPED, reason='superseded'))
        watched.painter.offer(_end(_FOUND, task='depth'))
        watched.go.set()
        while len(watched.painted) < 2:
            assert watched.looked.acquire(timeout=TIMEOUT_S)
    assert watched.painted == [
        ('detector', 1_000_000, {}),
        ('detector', 4_000_000, {'superseded': 3}),
    ]


def test_a_picture_that_fails_ends_nothing():
    with _Watched('detector') as watched:
        watched.go.set()
        watched.painter.offer(_end('broken'))
        while not watched.failures:
            assert watched.looked.acquire(timeout=TIMEOUT_S)
        watched.painter.offer(_end(_FOUND))
        while len(watched.painted) < 2:
            assert watched.looked.acquire(timeout=TIMEOUT_S)
    assert isinstance(watched.failures[0], SystemExit)


@pytest.mark.parametrize('newer', [{}, _NEWER], ids=['foxglove_msgs', 'with lineage'])
def test_annotations_are_what_foxglove_reads(newer):
    store = get_typestore(Stores.ROS2_JAZZY)
    for name, text in {**_FOXGLOVE, **newer}.items():
        store.register(get_types_from_msg(text, f'foxglove_msgs/msg/{name}'))

    def zero(kind):
        """Return a message with the defaults that rosidl's messages have."""
        made = {}
        for key, (node, detail) in store.fielddefs[kind][1]:
            if node.name == 'NAME':
                made[key] = zero(detail)
            elif node.name == 'BASE':
                made[key] = '' if detail[0] == 'string' else 0
            else:
                made[key] = []
        return store.types[kind](**made)

    def make(kind, **fields):
        message = zero(kind)
        for key, value in fields.items():
            # as rosidl's messages, which take no int for a float64
            node, detail = dict(store.fielddefs[kind][1])[key]
            if kind.startswith('foxglove_msgs') and node.name == 'BASE':
                assert type(value) is _PYTHON[detail[0]], f'{kind}.{key} is {value!r}'
            setattr(message, key, value)
        return message

    written = store.serialize_cdr(image_annotations(make, _end(_FOUND)), ANNOTATIONS)
    read = store.deserialize_cdr(written, ANNOTATIONS)
    loops = [one for one in read.points if one.type == one.LINE_LOOP]
    assert [(point.x, point.y) for point in loops[0].points] == pytest.approx(
        [(20, 90), (20, 30), (80, 30), (80, 90)]
    )
    assert [len(one.points) for one in read.points if one.type == one.POINTS] == [1, 1]
    texts = [one.text for one in read.texts]
    assert texts[0] == '#7 crate 0.90' and texts[2] == 'detector: on time, 20.0 of 50 ms'
    assert read.points[0].timestamp.sec == 12
