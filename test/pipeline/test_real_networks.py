# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLOX-nano and a person re-identification network on a street video, by configuration alone."""

from __future__ import annotations

import threading
from collections import Counter

import cv2
import numpy as np
import pytest
import yaml
from children import TIMEOUT_S
from shared_data import shared_file

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.pipeline.health.status import summary
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_file

pytestmark = pytest.mark.data

COCO_START = ['person', 'bicycle', 'car', 'motorcycle', 'airplane', 'bus', 'train', 'truck']


def _parameters(tmp_path):
    detector = {
        'file': str(shared_file('yolox_nano_416x416.onnx')),
        'input': {'name': 'images', 'width': 416, 'height': 416, 'align': 'topleft'},
        'decoder': 'yolox',
        'decoder_options': {'score_threshold': 0.35, 'nms_iou': 0.45},
        'labels': COCO_START + [f'coco{n}' for n in range(len(COCO_START), 80)],
    }
    looks = {
        'file': str(shared_file('person_reid_0248.onnx')),
        'input': {'width': 128, 'height': 256, 'layout': 'nhwc', 'resize': 'stretch'},
        'decoder': 'embedding',
    }
    for name, data in (('yolox', detector), ('reid', looks)):
        (tmp_path / f'{name}.yaml').write_text(yaml.safe_dump(data))
    parameters = {
        'tasks': ['people', 'who'],
        'people': {'network': 'yolox.yaml', 'topic': 'street', 'deadline_ms': 600_000.0},
        'who': {'network': 'reid.yaml', 'after': 'people', 'deadline_ms': 600_000.0},
    }
    file = tmp_path / 'parameters.yaml'
    file.write_text(yaml.safe_dump({'/**': {'ros__parameters': parameters}}))
    return from_file(file)


def _frames(count):
    video = cv2.VideoCapture(str(shared_file('people_detection.mp4')))
    for seq in range(count):
        ok, picture = video.read()
        assert ok
        height, width = picture.shape[:2]
        image = SourceImage.from_raw(
            picture.reshape(-1), width=width, height=height, encoding='bgr8', step=3 * width
        )
        yield Frame('/street', seq + 1, (seq + 1) * 66_666_667, 'street', image)


def test_people_in_the_street_are_found_and_followed(tmp_path):
    ends, turn = [], threading.Semaphore(0)

    def take(end):
        ends.append(end)
        if end.task == 'who':
            turn.release()

    pipeline = Pipeline(_parameters(tmp_path), on_end=take)
    pipeline.load()
    pipeline.start()
    for frame in _frames(40):
        pipeline.submit(frame)
        assert turn.acquire(timeout=TIMEOUT_S)
    pipeline.stop()
    account = summary(pipeline.status())
    pipeline.unload()
    assert account['tasks']['who']['released'] == 40
    people = [end.result for end in ends if end.task == 'people']
    tracks = [end.result for end in ends if end.task == 'who']
    found = [sum(r.label(i) == 'person' for i in range(len(r))) for r in people]
    assert np.median(found) >= 2
    seen = Counter(
        number for result in tracks for number in result.track_ids[result.class_ids == 0].tolist()
    )
    # somebody is followed through most of it, and there are not many more numbers than people
    assert seen.most_common(1)[0][1] >= 30
    assert len(seen) <= 4 * max(found)
    for result in people:
        assert (result.boxes_xyxy >= 0).all()
        assert (result.boxes_xyxy[:, [0, 2]] <= 890).all()
