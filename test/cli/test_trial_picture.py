# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures out of picture files, bags and videos."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge_sched_ros.bags.scene_bag import write_scene_bag
from edge_sched_ros.cli.trial_picture import picture_of
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.scenes.scene import Scene

COLOURS = ((0, 0, 255), (255, 0, 0))


@pytest.fixture(scope='module')
def bag(tmp_path_factory):
    path = tmp_path_factory.mktemp('bag') / 'scene'
    write_scene_bag(path, Scene(seed=3), frames=2)
    return path


def test_a_picture_of_a_bag(bag):
    first = picture_of(bag, where='--try')
    assert first.shape == (240, 320, 3)
    later = picture_of(bag, at_s=0.05, where='--try')
    assert (first != later).any()
    topic = '/camera/image_raw'
    assert (picture_of(bag, topic=topic, where='--try') == first).all()
    with pytest.raises(ConfigError, match=f"has no images on 'other' .*{topic}"):
        picture_of(bag, topic='other', where='--try')
    with pytest.raises(ConfigError, match='there is no image so late'):
        picture_of(bag, at_s=1e6, where='--try')


def test_a_picture_of_a_video(tmp_path):
    file = tmp_path / 'two.avi'
    video = cv2.VideoWriter(str(file), cv2.VideoWriter_fourcc(*'MJPG'), 1.0, (64, 48))
    for colour in COLOURS:
        video.write(np.full((48, 64, 3), colour, np.uint8))
    video.release()
    for at_s, colour in enumerate(COLOURS):
        found = picture_of(file, at_s=float(at_s), where='--try')
        assert found.shape == (48, 64, 3)
        assert abs(found[24, 32].astype(int) - colour).max() < 40
    (tmp_path / 'broken.mp4').write_bytes(b'no video')
    with pytest.raises(ConfigError, match='there is no picture that OpenCV can read'):
        picture_of(tmp_path / 'broken.mp4', where='--try')


def test_a_picture_file(tmp_path):
    file = tmp_path / 'red.png'
    cv2.imwrite(str(file), np.full((8, 9, 3), COLOURS[0], np.uint8))
    assert picture_of(file, where='--try').shape == (8, 9, 3)
    file.write_bytes(b'no picture')
    with pytest.raises(ConfigError, match=r'--try: .*red\.png'):
        picture_of(file, where='--try')
    (tmp_path / 'folder').mkdir()
    with pytest.raises(ConfigError, match='is not a bag'):
        picture_of(tmp_path / 'folder', where='--try')
