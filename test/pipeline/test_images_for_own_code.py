# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Own programs get images that are no pictures, where nothing else works on the pictures."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from networks import write_network

from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.bags.typestore import make
from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.cli.commands.replay import replay
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import NoPictureError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.pipeline.inputs.info_choice import CameraInfos
from edge_sched_ros.pipeline.inputs.inputs import Input
from edge_sched_ros.pipeline.settings.config import COMPRESSED_TYPE
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.settings.config import IMAGE_TYPE
from edge_sched_ros.pipeline.settings.pipeline_config import topics_of_pictures

S = 1_000_000_000
TOPIC = '/depth/image_raw'


def _raw(**fields):
    stamp = SimpleNamespace(sec=1, nanosec=0)
    header = SimpleNamespace(stamp=stamp, frame_id='lens')
    shape = {'width': 4, 'height': 2, 'step': 16, 'is_bigendian': 0, 'data': bytes(32)}
    return SimpleNamespace(header=header, **{**shape, **fields})


def _compressed(kind, data):
    stamp = SimpleNamespace(sec=1, nanosec=0)
    header = SimpleNamespace(stamp=stamp, frame_id='lens')
    return SimpleNamespace(header=header, format=kind, data=data)


@pytest.mark.parametrize(
    ('kind', 'message', 'reason'),
    [
        (IMAGE_TYPE, _raw(encoding='32FC1'), 'depth_image'),
        (IMAGE_TYPE, _raw(encoding='16UC1'), 'depth_image'),
        (IMAGE_TYPE, _raw(encoding='32FC3'), 'unknown_encoding'),
        (COMPRESSED_TYPE, _compressed('16UC1; png', b'png'), 'depth_image'),
        (COMPRESSED_TYPE, _compressed('32FC1; compressedDepth', b'x'), 'compressed_depth'),
        (COMPRESSED_TYPE, _compressed('h264', b'\0\0\0\1'), 'video_stream'),
        (COMPRESSED_TYPE, _compressed('draco', b'x'), 'unknown_format'),
    ],
)
def test_what_is_no_picture_is_refused_or_a_frame_whose_image_says_why(kind, message, reason):
    with pytest.raises(NoPictureError) as refused:
        Input('camera', kind).accept(message, 0)
    assert refused.value.reason == reason
    frame = Input('camera', kind, pictures=False).accept(message, 0).frame
    assert frame.message is message
    for _ in range(2):
        with pytest.raises(FrameError, match=r'^[^\n]+$') as told:
            frame.image.bgr()
        assert (told.value.reason, str(told.value)) == (reason, str(refused.value))
    if kind == IMAGE_TYPE:
        assert frame.image.size == (4, 2)


@pytest.mark.parametrize(
    ('message', 'reason'),
    [
        (_raw(encoding='bgr8', width=0), 'zero_size'),
        (_raw(encoding='bgr8', data=b'few'), 'short_data'),
        (_raw(encoding='bgr8', step=3), 'bad_step'),
    ],
)
def test_damaged_pictures_are_refused_everywhere(message, reason):
    for pictures in (True, False):
        with pytest.raises(FrameError) as caught:
            Input('camera', IMAGE_TYPE, pictures=pictures).accept(message, 0)
        assert caught.value.reason == reason


def test_pictures_are_pictures_for_own_code_too():
    source = Input('camera', IMAGE_TYPE, pictures=False)
    assert source.accept(_raw(encoding='bgr8'), 0).frame.image.bgr().shape == (2, 4, 3)


def test_a_camera_info_is_withheld_where_the_size_is_not_known():
    said = []
    infos = CameraInfos(said.append)
    infos.add(_raw())
    source = Input('camera', COMPRESSED_TYPE, pictures=False)
    frame = source.accept(_compressed('h264', b'x'), 0).frame
    assert infos.for_frame(frame) is None
    assert [line.startswith("CameraInfo withheld: format 'h264'") for line in said] == [True]


def test_only_topics_that_networks_and_bundled_programs_work_on_must_hold_pictures(tmp_path):
    network = str(write_network(tmp_path))
    parameters = {
        'tasks': ['own', 'shared', 'corners', 'net', 'later', 'last', 'triggered'],
        'own.program': 'own_programs:Halved',
        'own.topic': 'depth',
        'shared.program': 'own_programs:Halved',
        'shared.topic': 'front',
        'corners.program': 'corners',
        'corners.topic': 'front',
        'net.network': network,
        'net.topic': 'rear',
        # works on the frames of the task at the head
        'later.network': network,
        'later.after': 'last',
        'last.program': 'own_programs:Seen',
        'last.topic': 'left',
        'triggered.network': network,
        'triggered.topic': 'rear',
        'triggered.trigger_topic': 'beat',
        'triggered.trigger_type': IMAGE_TYPE,
    }
    assert topics_of_pictures(from_parameters(parameters)) == {'front', 'rear', 'left'}


def _bag(path):
    from rosbags.rosbag2 import StoragePlugin
    from rosbags.rosbag2 import Writer

    depth = np.arange(8, dtype=np.float32).reshape(2, 4)
    with Writer(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        images = writer.add_connection(TOPIC, IMAGE_TYPE, typestore=typestore())
        for number in range(3):
            at = (10 + number) * S
            stamp = make('builtin_interfaces/msg/Time', sec=10 + number, nanosec=0)
            message = make(
                IMAGE_TYPE,
                header=make('std_msgs/msg/Header', stamp=stamp, frame_id='lens'),
                width=4,
                height=2,
                encoding='32FC1',
                step=16,
                data=depth.view(np.uint8).reshape(-1),
            )
            writer.write(images, at, typestore().serialize_cdr(message, IMAGE_TYPE))
    return path, depth


def _replay(tmp_path, **tasks):
    parameters = {'tasks': list(tasks), **tasks}
    file = tmp_path / 'parameters.yaml'
    file.write_text(yaml.safe_dump({'/**': {'ros__parameters': parameters}}))
    bag, depth = _bag(tmp_path / 'bag')
    arguments = [str(bag), '--params', str(file), '--rate', '20', '--json']
    outcome = CliRunner().invoke(replay, [*arguments, '-o', str(tmp_path / 'results')])
    return outcome, depth


def test_a_bag_of_depth_reaches_a_program_by_its_message_and_not_by_its_picture(tmp_path, caplog):
    task = {'topic': 'depth/image_raw', 'deadline_ms': 600_000.0}
    outcome, depth = _replay(
        tmp_path,
        halved={'program': 'own_programs:Halved', **task},
        seen={'program': 'own_programs:Seen', **task},
    )
    assert outcome.exit_code == 0, outcome.output
    account = json.loads(outcome.stdout)
    assert account['inputs'][TOPIC]['rejected'] == {}
    assert account['tasks']['halved']['on_time'] == 3
    assert account['tasks']['seen']['failed'] == {'depth_image': 3}
    assert "'32FC1' is depth in metres, not a picture" in caplog.text
    with open_bag(tmp_path / 'results') as results:
        images = [c for c in results.connections if c.topic.endswith('halved/image')]
        first = next(iter(results.messages(images)))
        image = results.deserialize(first[2], IMAGE_TYPE)
    found = np.frombuffer(image.data.tobytes(), np.float32).reshape(2, 4)
    assert found.tolist() == (depth / 2).tolist()


def test_on_a_topic_that_is_shared_with_a_network_depth_is_refused(tmp_path):
    task = {'topic': 'depth/image_raw', 'deadline_ms': 600_000.0}
    outcome, _ = _replay(
        tmp_path,
        halved={'program': 'own_programs:Halved', **task},
        corners={'program': 'corners', **task},
    )
    assert json.loads(outcome.stdout)['inputs'][TOPIC]['rejected'] == {'depth_image': 3}


def test_a_refused_image_has_no_size_of_its_own():
    image = SourceImage.refused(NoPictureError('video_stream', 'a stream'))
    with pytest.raises(FrameError, match='a stream'):
        _ = image.size
