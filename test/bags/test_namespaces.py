# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a bag's topics are in a node's namespace."""

from __future__ import annotations

import pytest
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer

from edge_sched_ros.bags.namespaces import outside
from edge_sched_ros.bags.typestore import typestore


@pytest.fixture
def bag(tmp_path):
    path = tmp_path / 'bag'
    with Writer(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        for topic in ('/front/image', '/rear/image'):
            writer.add_connection(topic, 'sensor_msgs/msg/Image', typestore=typestore())
    return path


@pytest.mark.parametrize('namespace', ['/', '/front'])
def test_a_namespace_with_topics_is_fine(bag, namespace):
    assert outside(bag, namespace) == ''


@pytest.mark.parametrize('namespace', ['/rp', '/fro', '/front/image'])
def test_a_namespace_without_any_is_told(bag, namespace):
    line = outside(bag, namespace)
    assert line.startswith(f'the bag has no topic below {namespace}, where')
    assert '(it has: /front/image, /rear/image)' in line


def test_a_bag_that_cannot_be_read_is_left_to_the_player(tmp_path):
    assert outside(tmp_path, '/rp') == ''
