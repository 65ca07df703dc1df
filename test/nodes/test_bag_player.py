# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a bag player offers and publishes."""

from __future__ import annotations

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

import time
from types import SimpleNamespace

from rclpy.qos import DurabilityPolicy
from rclpy.qos import HistoryPolicy
from rclpy.qos import ReliabilityPolicy
from rosbags.interfaces import Qos
from rosbags.interfaces import QosDurability
from rosbags.interfaces import QosHistory
from rosbags.interfaces import QosLiveliness
from rosbags.interfaces import QosReliability
from rosbags.interfaces import QosTime

from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.bags.typestore import make
from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.nodes import bag_listeners
from edge_sched_ros.nodes.bag_playback import BagPlayer
from edge_sched_ros.nodes.bag_qos import played_qos

HEADER = 'std_msgs/msg/Header'
#: the ways in which bags write that a duration has no end, and none at all
FOREVER = [QosTime(2147483647, 4294967295), QosTime(9223372036, 854775807), QosTime(0, 0)]


def _offer(
    reliability='RELIABLE', durability='VOLATILE', depth=5, history='KEEP_LAST', time=FOREVER[0]
):
    return Qos(
        QosHistory[history], depth, QosReliability[reliability], QosDurability[durability],
        time, time, QosLiveliness.AUTOMATIC, time, False,
    )  # fmt: skip


def _played(*offers, **ext):
    return played_qos([SimpleNamespace(ext=SimpleNamespace(offered_qos_profiles=offers, **ext))])


def test_a_camera_of_best_effort_stays_one():
    qos = _played(_offer('BEST_EFFORT'))
    assert qos.reliability == ReliabilityPolicy.BEST_EFFORT
    assert qos.durability == DurabilityPolicy.VOLATILE and qos.depth == 5


def test_a_latched_topic_stays_latched_and_keeps_what_all_its_publishers_said():
    qos = _played(_offer(durability='TRANSIENT_LOCAL', depth=1), _offer(depth=1))
    assert qos.durability == DurabilityPolicy.TRANSIENT_LOCAL and qos.depth == 2
    assert qos.reliability == ReliabilityPolicy.RELIABLE
    assert _played(latching=1).durability == DurabilityPolicy.TRANSIENT_LOCAL


def test_where_the_bag_says_nothing_it_is_reliable():
    qos = _played()
    assert qos.reliability == ReliabilityPolicy.RELIABLE and qos.depth == 10
    assert _played(_offer('SYSTEM_DEFAULT', 'UNKNOWN')).reliability == ReliabilityPolicy.RELIABLE
    assert _played(_offer(history='KEEP_ALL')).history == HistoryPolicy.KEEP_ALL


def test_a_depth_that_is_not_known_is_enough_for_a_moment_and_one_of_each_latched_publisher():
    assert _played(_offer(depth=0, history='UNKNOWN')).depth == 10
    latched = _offer(durability='TRANSIENT_LOCAL', depth=0, history='UNKNOWN')
    assert _played(latched, latched).depth == 2


@pytest.mark.parametrize('time', FOREVER)
def test_what_has_no_end_stays_so(time):
    qos = _played(_offer(time=time))
    assert qos.deadline.nanoseconds == 0 and qos.lifespan.nanoseconds == 0


def test_a_lifespan_that_ends_is_kept():
    qos = _played(_offer(time=QosTime(1, 5)), _offer(time=QosTime(0, 7)))
    assert qos.lifespan.nanoseconds == 1_000_000_005


def _write(path, topics):
    from rosbags.rosbag2 import StoragePlugin
    from rosbags.rosbag2 import Writer
    from rosbags.typesys import get_types_from_msg
    from rosbags.typesys import get_typestore
    from rosbags.typesys import Stores

    store = get_typestore(Stores.ROS2_JAZZY)
    store.register(get_types_from_msg('int32 x\n', 'nowhere_msgs/msg/Odd'))
    with Writer(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        for topic, kind in topics.items():
            connection = writer.add_connection(topic, kind, typestore=store)
            message = store.types[kind](x=1) if 'Odd' in kind else make(kind, frame_id='lens')
            known = store if 'Odd' in kind else typestore()
            writer.write(connection, 1_700_000_000_000_000_000, known.serialize_cdr(message, kind))
    return path


@pytest.fixture
def context():
    import rclpy

    rclpy.init()
    yield
    rclpy.try_shutdown()


def test_a_topic_of_an_unknown_type_is_left_out_and_named(tmp_path, context, capsys):
    path = _write(tmp_path / 'bag', {'/odd': 'nowhere_msgs/msg/Odd', '/plain': HEADER})
    with open_bag(path) as bag:
        player = BagPlayer(bag, [], clock=False)
        assert player.play(1.0) == 1
        player.destroy_node()
    said = capsys.readouterr().err
    assert "/odd: message type 'nowhere_msgs/msg/Odd' is not installed: the topic is left" in said


def test_a_bag_of_unknown_types_only_is_refused(tmp_path, context):
    path = _write(tmp_path / 'bag', {'/odd': 'nowhere_msgs/msg/Odd'})
    with open_bag(path) as bag, pytest.raises(ConfigError, match='nothing that can be played'):
        BagPlayer(bag, [], clock=False)


def test_messages_of_ros1_are_published_as_those_of_ros2(tmp_path, context):
    from rclpy.serialization import deserialize_message
    from rosbags.rosbag1 import Writer
    from rosbags.typesys import get_typestore
    from rosbags.typesys import Stores
    from std_msgs.msg import Header

    store = get_typestore(Stores.ROS1_NOETIC)
    stamp = store.types['builtin_interfaces/msg/Time'](sec=17, nanosec=5)
    header = store.types[HEADER](seq=3, stamp=stamp, frame_id='lens')
    path = tmp_path / 'old.bag'
    with Writer(path) as writer:
        connection = writer.add_connection('/plain', HEADER, typestore=store)
        writer.write(connection, 17_000_000_000, store.serialize_ros1(header, HEADER))
    published = []
    with open_bag(path) as bag:
        player = BagPlayer(bag, ['plain'], clock=False)
        (publisher,) = player._publishers_of.values()
        publisher_publish = publisher.publish
        publisher.publish = lambda data: (published.append(data), publisher_publish(data))
        assert player.play(1.0) == 1
        player.destroy_node()
    message = deserialize_message(published[0], Header)
    assert (message.stamp.sec, message.stamp.nanosec, message.frame_id) == (17, 5, 'lens')


def test_that_nobody_listens_is_said_before_and_after_the_wait(
    tmp_path, context, capsys, monkeypatch
):
    monkeypatch.setattr(bag_listeners, '_SILENCE_S', 0.1)
    executor = SimpleNamespace(interrupted=False, spin_once=lambda timeout_sec: time.sleep(0.01))
    with open_bag(_write(tmp_path / 'bag', {'/b': HEADER, '/a': HEADER})) as bag:
        player = BagPlayer(bag, [], clock=False)
        bag_listeners.wait_until_heard(executor, player, 0.3)
        player.destroy_node()
    assert capsys.readouterr().err.splitlines() == [
        'bag_player: no subscriber for any of /a, /b yet; waiting up to 0.3 s',
        'bag_player: no subscriber for any of /a, /b; playing anyway',
    ]
