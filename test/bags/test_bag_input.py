# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bags as people have them: of ROS 1, damaged, cut off, compressed, with gaps."""

from __future__ import annotations

import json
from unittest.mock import MagicMock

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from edge_sched_ros.bags import replay as replay_module
from edge_sched_ros.bags.layout import same_layout
from edge_sched_ros.bags.pace import Pace
from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.bags.results_writer import ResultsWriter
from edge_sched_ros.bags.typestore import make
from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.cli.commands.replay import replay
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.inputs.info_choice import CameraInfos
from edge_sched_ros.pipeline.inputs.inputs import Input
from edge_sched_ros.pipeline.settings.config import from_parameters

IMAGE = 'sensor_msgs/msg/Image'
TOPIC = '/camera/image_raw'
S = 1_000_000_000
BEGIN = 1_700_000_000 * S


def _image(stamp_ns, store=None):
    time_of = make('builtin_interfaces/msg/Time', sec=stamp_ns // S, nanosec=stamp_ns % S)
    header = make('std_msgs/msg/Header', stamp=time_of, frame_id='camera')
    data = np.full(48 * 64 * 3, 90, np.uint8)
    return make(IMAGE, header=header, width=64, height=48, encoding='bgr8', step=192, data=data)


def _cdr(stamp_ns):
    return typestore().serialize_cdr(_image(stamp_ns), IMAGE)


def write(path, messages, *, storage='mcap', compression=None, extra=()):
    """Write (log time, bytes) of images, and (topic, type, definition, messages) of others."""
    from rosbags.rosbag2 import CompressionFormat
    from rosbags.rosbag2 import CompressionMode
    from rosbags.rosbag2 import StoragePlugin
    from rosbags.rosbag2 import Writer

    writer = Writer(path, version=9, storage_plugin=StoragePlugin[storage.upper()])
    if compression:
        writer.set_compression(CompressionMode[compression], CompressionFormat.ZSTD)
    with writer:
        connection = writer.add_connection(TOPIC, IMAGE, typestore=typestore())
        for topic, kind, store, entries in extra:
            other = writer.add_connection(topic, kind, typestore=store)
            for at, data in entries:
                writer.write(other, at, data)
        for at, data in messages:
            writer.write(connection, at, data)
    return path


def frames(count, period_s=0.02, begin=BEGIN):
    times = [begin + round(n * period_s * S) for n in range(count)]
    return [(at, _cdr(at)) for at in times]


def run(tmp_path, bag, *options, topic='camera/image_raw'):
    """Replay a bag through a task that needs no network; return outcome and account."""
    parameters = {
        'tasks': ['corners'],
        'corners': {'program': 'corners', 'topic': topic, 'deadline_ms': 600_000.0},
    }
    file = tmp_path / 'parameters.yaml'
    file.write_text(yaml.safe_dump({'/**': {'ros__parameters': parameters}}))
    arguments = [str(bag), '--params', str(file), '--json', *options]
    outcome = CliRunner().invoke(replay, arguments)
    text = outcome.stdout
    account = json.loads(text[text.index('{') :]) if '{' in text else None
    return outcome, account


def received(account):
    return account['inputs'][TOPIC]['received']


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_a_folder_without_metadata_names_its_file_and_the_file_is_taken(tmp_path, storage):
    bag = write(tmp_path / 'bag', frames(3), storage=storage)
    (bag / 'metadata.yaml').unlink()
    (file,) = bag.iterdir()
    with pytest.raises(ConfigError, match=f'no metadata.yaml in it; give the file itself: {file}'):
        open_bag(bag)
    outcome, account = run(tmp_path, file)
    assert outcome.exit_code == 0 and received(account) == 3


def test_what_is_no_bag_is_one_line(tmp_path):
    for name, text, message in (
        ('a.txt', 'x', 'neither a folder nor one of .mcap, .db3, .bag'),
        ('a.mcap', '', 'is not a bag that can be read'),
        ('a.db3', 'nothing', 'is not a bag that can be read'),
        ('a.bag', 'nothing', 'is not a bag that can be read'),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(ConfigError, match=message) as caught, open_bag(tmp_path / name):
            pass
        assert '\n' not in str(caught.value)
    (tmp_path / 'empty').mkdir()
    with pytest.raises(ConfigError, match=r'there is no metadata\.yaml in it$'):
        open_bag(tmp_path / 'empty')


@pytest.mark.parametrize('mode', ['FILE', 'MESSAGE'])
def test_compressed_bags_are_read(tmp_path, mode):
    bag = write(tmp_path / 'bag', frames(3), storage='sqlite3', compression=mode)
    outcome, account = run(tmp_path, bag)
    assert outcome.exit_code == 0 and received(account) == 3


def test_damaged_messages_are_counted_and_the_rest_is_answered(tmp_path):
    messages = frames(6)
    messages[1] = (messages[1][0], messages[1][1][:40])
    messages[4] = (messages[4][0], b'')
    outcome, account = run(tmp_path, write(tmp_path / 'bag', messages))
    assert outcome.exit_code == 0, outcome.output
    assert received(account) == 6
    assert account['inputs'][TOPIC]['rejected'] == {'unreadable': 2}
    assert account['tasks']['corners']['released'] == 4


def test_only_damaged_messages_are_an_error(tmp_path):
    messages = [(at, data[:30]) for at, data in frames(3)]
    outcome, account = run(tmp_path, write(tmp_path / 'bag', messages))
    assert outcome.exit_code != 0 and 'unreadable' in str(outcome.exception) + outcome.output
    assert account['inputs'][TOPIC]['rejected'] == {'unreadable': 3}


def test_an_empty_bag_is_an_error_and_nobody_waits(tmp_path):
    outcome, _ = run(tmp_path, write(tmp_path / 'bag', []))
    assert outcome.exit_code != 0


@pytest.mark.parametrize('first', [0, BEGIN - 3600 * S])
def test_gaps_are_not_waited_for(tmp_path, first):
    bag = write(tmp_path / 'bag', [(first, _cdr(BEGIN - S)), *frames(3)])
    # an hour or fifty years otherwise, which the limit of every test ends
    outcome, account = run(tmp_path, bag)
    assert outcome.exit_code == 0 and received(account) == 4


def test_a_gap_is_said_once_and_kept_on_demand():
    said = []
    pace = Pace(1.0, keep_gaps=False, say=said.append)
    times = [pace.due_s(at) for at in (0, 9 * S, 20 * S, 4000 * S, 4000 * S + S // 2)]
    assert times == [0, 9, 10, 11, 11.5] and pace.shortened == 2
    assert said == [
        'no messages for 11 s in the bag: gaps of more than 10 s take 1 s (--keep-gaps waits)'
    ]
    kept = Pace(2.0, keep_gaps=True, say=said.append)
    assert [kept.due_s(at) for at in (0, 9 * S, 4000 * S)] == [0, 4.5, 2000]
    assert len(said) == 1


def test_times_that_go_back_wait_for_nothing():
    pace = Pace(1.0, keep_gaps=False, say=print)
    assert [pace.due_s(at) for at in (5 * S, 6 * S, 2 * S, 3 * S)] == [0, 1, 1, 2]


def test_slow_playing_keeps_its_pace():
    pace = Pace(0.01, keep_gaps=False, say=print)
    assert [pace.due_s(at) for at in (0, S)] == [0, 100]


def test_one_topic_of_two_types_gives_the_wanted_one(tmp_path):
    header = typestore().serialize_cdr(make('std_msgs/msg/Header'), 'std_msgs/msg/Header')
    extra = [(TOPIC, 'std_msgs/msg/Header', typestore(), [(BEGIN, header)])]
    outcome, account = run(tmp_path, write(tmp_path / 'bag', frames(3), extra=extra))
    assert outcome.exit_code == 0 and received(account) == 3


def test_a_topic_that_is_not_there_is_named(tmp_path):
    outcome, _ = run(tmp_path, write(tmp_path / 'bag', frames(1)), topic='rear')
    assert outcome.exit_code != 0
    assert f"has no topic '/rear' (it has: {TOPIC})" in str(outcome.exception)


@pytest.fixture
def ros1_bag(tmp_path):
    from rosbags.rosbag1 import Writer
    from rosbags.typesys import get_typestore
    from rosbags.typesys import Stores

    store = get_typestore(Stores.ROS1_NOETIC)
    kinds = store.types
    path = tmp_path / 'old.bag'
    with Writer(path) as writer:
        images = writer.add_connection(TOPIC, IMAGE, typestore=store, latching=1)
        infos = writer.add_connection(
            '/camera/camera_info', 'sensor_msgs/msg/CameraInfo', typestore=store
        )
        for seq in range(3):
            at = BEGIN + seq * 20_000_000
            stamp = kinds['builtin_interfaces/msg/Time'](sec=at // S, nanosec=at % S)
            header = kinds['std_msgs/msg/Header'](seq=seq, stamp=stamp, frame_id='camera')
            roi = kinds['sensor_msgs/msg/RegionOfInterest'](
                x_offset=0, y_offset=0, height=0, width=0, do_rectify=False
            )
            info = kinds['sensor_msgs/msg/CameraInfo'](
                header=header, height=48, width=64, distortion_model='plumb_bob',
                D=np.zeros(5), K=np.arange(9.0), R=np.zeros(9), P=np.zeros(12),
                binning_x=0, binning_y=0, roi=roi,
            )  # fmt: skip
            image = kinds[IMAGE](
                header=header, height=48, width=64, encoding='bgr8', is_bigendian=0, step=192,
                data=np.full(48 * 192, 90, np.uint8),
            )  # fmt: skip
            writer.write(infos, at, store.serialize_ros1(info, 'sensor_msgs/msg/CameraInfo'))
            writer.write(images, at, store.serialize_ros1(image, IMAGE))
    return path


def test_a_ros1_bag_is_read_as_ros2(tmp_path, ros1_bag):
    with open_bag(ros1_bag) as bag:
        assert bag.is_ros1
        for connection, at, data in bag.messages(bag.connections):
            assert bag.unlike(connection.msgtype) == ''
            message = bag.deserialize(data, connection.msgtype)
            assert message.header.stamp.sec * S + message.header.stamp.nanosec == at
            if connection.msgtype == IMAGE:
                # byte for byte what ROS 2 writes
                again = typestore().serialize_cdr(message, IMAGE)
                assert bytes(again) == bag.cdr(data, IMAGE)
                assert message.data.shape == (48 * 192,)
            else:
                assert message.k.tolist() == list(range(9))
    outcome, account = run(tmp_path, ros1_bag)
    assert outcome.exit_code == 0 and received(account) == 3


def test_a_type_that_has_changed_is_not_taken_for_this_one():
    from rosbags.typesys import get_types_from_msg
    from rosbags.typesys import get_typestore
    from rosbags.typesys import Stores

    old = get_typestore(Stores.ROS2_JAZZY)
    text = 'float64 x\nfloat64 y\nfloat64 theta\n'
    old.register(get_types_from_msg(text, 'vision_msgs/msg/Pose2D'))
    assert not same_layout(old, typestore(), 'vision_msgs/msg/Pose2D')
    assert not same_layout(old, typestore(), 'vision_msgs/msg/Detection2D')
    assert same_layout(old, typestore(), 'sensor_msgs/msg/CameraInfo')


def test_a_full_disk_ends_writing_and_not_the_run(tmp_path, monkeypatch):
    from rosbags.rosbag2 import Writer

    bag = write(tmp_path / 'bag', frames(3))
    write_message = Writer.write

    def full(self, connection, timestamp, data):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(Writer, 'write', full)
    outcome, _ = run(tmp_path, bag, '-o', str(tmp_path / 'results'))
    monkeypatch.setattr(Writer, 'write', write_message)
    assert isinstance(outcome.exception, (ConfigError, SystemExit))
    text = str(outcome.exception) + outcome.output
    assert 'results: cannot be written: No space left on device' in text


def test_a_full_disk_leaves_no_file_open(tmp_path):
    writer = ResultsWriter(
        tmp_path / 'results',
        outputs={},
        network_of=str,
        labels={},
        extras={},
        info_of=lambda *_: None,
    )
    with pytest.raises(ConfigError, match='cannot be written: No space left on device'), writer:
        storage = writer._writer.storage
        storage.bio.close()
        storage.bio = full = open('/dev/full', 'wb', buffering=0)  # noqa: SIM115
    assert full.closed


def test_a_replays_cameras_forget_their_stamps_when_those_begin_anew(monkeypatch):
    monkeypatch.setattr(replay_module, 'Pipeline', MagicMock())
    forgotten = []
    monkeypatch.setattr(CameraInfos, 'forget', lambda infos: forgotten.append(infos))
    config = from_parameters(
        {'tasks': ['corners'], 'corners.program': 'corners', 'corners.topic': 'camera/image_raw'}
    )
    played = replay_module.Replay(config, results=None)
    source = Input('camera/image_raw', IMAGE)
    for stamp_s in (10, 11, 12, 1, 2, 3, 4):
        played._feed(source, _image(stamp_s * S))
    assert forgotten == list(played._infos.values())


@pytest.mark.parametrize('text', ['', 'hi\n', 'rosbag2_bagfile_information:\n', 'a: {b: \n'])
def test_broken_metadata_is_one_line_with_the_file(tmp_path, text):
    (tmp_path / 'metadata.yaml').write_text(text)
    with pytest.raises(ConfigError, match=r'metadata\.yaml') as error:
        open_bag(tmp_path)
    assert 'NoneType' not in str(error.value) and '\n' not in str(error.value)
