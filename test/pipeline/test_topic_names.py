# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Topics by the names they have in the end: types, CameraInfos, and what tasks share."""

from __future__ import annotations

import pytest
from networks import write_network

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.inputs.topics import info_topics
from edge_sched_ros.pipeline.settings.config import from_file
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.settings.topic_names import check_pictures
from edge_sched_ros.pipeline.settings.topic_names import info_topic_of
from edge_sched_ros.pipeline.settings.topic_names import WithoutRos

COMPRESSED = 'sensor_msgs/msg/CompressedImage'


class Remapped(WithoutRos):
    """Names in a namespace, with remapping."""

    def __init__(self, **rules):
        self._rules = rules

    def resolve(self, name):
        absolute = super().resolve(name)
        return self._rules.get(absolute, absolute)

    def is_remapped(self, name):
        return super().resolve(name) in self._rules


@pytest.fixture
def configured(tmp_path):
    """Return a function that makes the configuration of one task, or of more."""
    network = str(write_network(tmp_path, 'net'))

    def make(rules=None, **values):
        tasks = sorted({name.partition('.')[0] for name in values} | {'a'})
        networks = {f'{task}.network': network for task in tasks}
        given = {'tasks': tasks, 'a.topic': 'image', **networks, **values}
        return from_parameters(given, topics=Remapped(**(rules or {})))

    return make


def test_the_type_is_guessed_after_remapping(configured):
    config = configured({'/image': '/cam/image_raw/compressed'})
    assert config.topic_types() == {'/cam/image_raw/compressed': COMPRESSED}
    assert info_topics(config) == {'/cam/image_raw/compressed': '/cam/camera_info'}


def test_the_camera_info_lies_beside_the_image_after_remapping(configured):
    config = configured({'/camera/image_raw': '/front/image'}, **{'a.topic': 'camera/image_raw'})
    assert info_topics(config) == {'/front/image': '/front/camera_info'}


def test_a_camera_info_remapped_itself_goes_there(configured):
    rules = {'/camera/image_raw': '/front/image', '/camera/camera_info': '/calibration'}
    config = configured(rules, **{'a.topic': 'camera/image_raw'})
    assert info_topics(config) == {'/front/image': '/calibration'}
    config = configured(rules, **{'a.topic': 'x', 'a.camera_info_topic': 'camera/camera_info'})
    assert info_topics(config) == {'/x': '/calibration'}


def test_tasks_that_write_one_topic_differently_share_it(configured):
    config = configured({'/b': '/image'}, **{'b.topic': 'b', 'c.topic': '/image', 'd.topic': 'd'})
    assert config.topics == ('/image', '/d')


def test_two_types_of_one_topic_are_found_after_remapping(configured):
    with pytest.raises(
        ConfigError, match=r"b\.topic_type: another task gives topic '/image' the type .*/Image"
    ):
        configured({'/b': '/image'}, **{'b.topic': 'b', 'b.topic_type': COMPRESSED})


@pytest.mark.parametrize('transport', ['compressedDepth', 'theora', 'ffmpeg', 'zstd', 'foxglove'])
def test_other_transports_are_named(configured, transport):
    with pytest.raises(ConfigError) as error:
        configured({'/image': f'/cam/depth/{transport}'})
    assert str(error.value).startswith(
        f"a.topic: '/cam/depth/{transport}' carries {transport} of image_transport ("
    )
    assert "use '/cam/depth' or '/cam/depth/compressed'" in str(error.value)


def test_what_is_said_to_be_something_else_is_taken_so(configured):
    config = configured(**{'a.topic': 'cam/zstd', 'a.topic_type': 'sensor_msgs/msg/Image'})
    assert config.topic_types() == {'/cam/zstd': 'sensor_msgs/msg/Image'}
    check_pictures('/theora', 'a.topic')


@pytest.mark.parametrize(
    ('image', 'info'),
    [
        ('/front/image_raw', '/front/camera_info'),
        ('/front/image_raw/compressed', '/front/camera_info'),
        ('/front/image_raw/zstd', '/front/camera_info'),
        ('/image', '/camera_info'),
        ('image/compressed', 'camera_info'),
        ('image', 'camera_info'),
    ],
)
def test_names_of_camera_infos(image, info):
    assert info_topic_of(image) == info


def test_a_file_is_read_with_the_names_a_bag_has(tmp_path):
    write_network(tmp_path, 'net')
    lines = ['/**: {ros__parameters: {tasks: [a, b, c],']
    lines += [
        f'  {task}: {{network: net.yaml, topic: {topic}}},'
        for task, topic in (('a', '~/image'), ('b', 'image'), ('c', '/image'))
    ]
    (tmp_path / 'p.yaml').write_text('\n'.join([*lines, '}}']))
    assert from_file(tmp_path / 'p.yaml').topics == ('/scheduler/image', '/image')
