# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A bag recorder hears everybody who publishes on its topics."""

from __future__ import annotations

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from rclpy.qos import DurabilityPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer
from std_msgs.msg import Header
from std_msgs.msg import String

from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.nodes.bag_qos import played_qos
from edge_sched_ros.nodes.bag_recorder import BagRecorder
from edge_sched_ros.nodes.recorded_qos import recorded_qos

pytestmark = pytest.mark.ros
HEADER = 'std_msgs/msg/Header'
RELIABLE, BEST_EFFORT = ReliabilityPolicy.RELIABLE, ReliabilityPolicy.BEST_EFFORT
VOLATILE, LATCHED = DurabilityPolicy.VOLATILE, DurabilityPolicy.TRANSIENT_LOCAL


def _offer(reliability=RELIABLE, durability=VOLATILE):
    return QoSProfile(depth=5, reliability=reliability, durability=durability)


@pytest.mark.parametrize(
    ('offers', 'reliability', 'durability'),
    [
        ([_offer()], RELIABLE, VOLATILE),
        ([_offer(BEST_EFFORT)], BEST_EFFORT, VOLATILE),
        ([_offer(), _offer(BEST_EFFORT)], BEST_EFFORT, VOLATILE),
        ([_offer(RELIABLE, LATCHED)] * 2, RELIABLE, LATCHED),
        ([_offer(RELIABLE, LATCHED), _offer()], RELIABLE, VOLATILE),
        ([_offer(BEST_EFFORT, LATCHED)], BEST_EFFORT, LATCHED),
    ],
)
def test_what_all_publishers_offer_is_requested(offers, reliability, durability):
    qos = recorded_qos(offers)
    assert (qos.reliability, qos.durability) == (reliability, durability)


@pytest.fixture
def record(bench, tmp_path):
    """Return a function that starts a recorder of ``/heard``, and the bag it writes."""
    writers = []

    def _record():
        writer = Writer(tmp_path / 'bag', version=9, storage_plugin=StoragePlugin.MCAP)
        writer.open()
        writers.append(writer)
        return bench.add(BagRecorder({'/heard': HEADER}, writer, context=bench.context))

    def _recorded():
        writers.pop().close()
        with open_bag(tmp_path / 'bag') as reader:
            found = [
                reader.deserialize(raw, HEADER)
                for _, _, raw in reader.messages(reader.connections)
            ]
        return {message.frame_id for message in found}

    yield _record, _recorded
    for writer in writers:
        writer.close()


def _say(bench, publisher, words, recorder):
    """Publish until it is written: a best-effort sample may be lost."""
    before = recorder.counts['/heard']

    def written():
        publisher.publish(Header(frame_id=words))
        return recorder.counts['/heard'] > before

    bench.wait_for(written, words)


def test_a_publisher_of_best_effort_is_heard_though_it_comes_later(bench, record):
    start, recorded = record
    recorder = start()
    assert not recorder.matched
    first = bench.watcher.create_publisher(Header, '/heard', _offer())
    bench.wait_for(lambda: recorder.matched, 'the reliable one')
    bench.wait_for(first.get_subscription_count, 'the recorder')
    _say(bench, first, 'reliable', recorder)
    second = bench.watcher.create_publisher(Header, '/heard', _offer(BEST_EFFORT))
    bench.wait_for(second.get_subscription_count, 'the recorder, listening to less')
    _say(bench, second, 'best effort', recorder)
    assert recorded() == {'reliable', 'best effort'}


def test_what_was_latched_before_the_recorder_came_is_written(bench, record):
    start, recorded = record
    latched = bench.watcher.create_publisher(Header, '/heard', _offer(RELIABLE, LATCHED))
    latched.publish(Header(frame_id='map'))
    recorder = start()
    bench.wait_for(lambda: recorder.counts['/heard'], 'the latched message')
    assert recorded() == {'map'} and recorder.counts == {'/heard': 1}


def _offers(path):
    """Return what the bag's metadata and its file say of reliability and durability."""
    found = []
    for source in (path, next(path.glob('*.mcap'))):
        with open_bag(source) as bag:
            (connection,) = bag.connections
            profiles = connection.ext.offered_qos_profiles
            found.append([(p.reliability.name, p.durability.name) for p in profiles])
    return found


@pytest.mark.parametrize(
    ('offer', 'said'),
    [
        (_offer(BEST_EFFORT), ('BEST_EFFORT', 'VOLATILE')),
        (_offer(RELIABLE, LATCHED), ('RELIABLE', 'TRANSIENT_LOCAL')),
    ],
)
def test_the_bag_says_what_was_offered_and_is_played_so(bench, record, tmp_path, offer, said):
    start, recorded = record
    recorder = start()
    publisher = bench.watcher.create_publisher(Header, '/heard', offer)
    bench.wait_for(publisher.get_subscription_count, 'the recorder')
    _say(bench, publisher, 'words', recorder)
    recorder.finish()
    assert recorded() == {'words'}
    assert _offers(tmp_path / 'bag') == [[said], [said]]
    with open_bag(tmp_path / 'bag') as bag:
        qos = played_qos(bag.connections)
    assert (qos.reliability, qos.durability) == (offer.reliability, offer.durability)


def test_a_topic_on_which_nobody_published_is_in_the_bag(record, tmp_path):
    start, recorded = record
    start().finish()
    assert recorded() == set()
    assert _offers(tmp_path / 'bag') == [[], []]


def test_a_publisher_of_another_type_is_named_once(bench, record, capfd):
    recorder = record[0]()
    bench.watcher.create_publisher(String, '/heard', _offer())
    words = f'watcher: it publishes std_msgs/msg/String, but {HEADER} is expected'
    errors = []

    def told():
        errors.append(capfd.readouterr().err)
        return words in errors[-1]

    bench.wait_for(told, 'the warning')
    for _ in range(3):
        recorder.find_topics()
    assert words not in capfd.readouterr().err and not recorder.matched
