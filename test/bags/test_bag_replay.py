# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bags in and out, without ROS."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from children import started
from children import TIMEOUT_S
from children import wait_until
from click.testing import CliRunner

from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.bags.scene_bag import IMAGE_TOPIC
from edge_sched_ros.bags.scene_bag import TRUE_DETECTIONS
from edge_sched_ros.bags.scene_bag import write_scene_bag
from edge_sched_ros.bags.score import read_topic
from edge_sched_ros.bags.score import score
from edge_sched_ros.bags.typestore import make
from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.cli.commands.replay import replay
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.settings.resources import share_of
from edge_sched_ros.scenes.scene import Scene
from edge_sched_ros.scenes.world import CLASSES

FRAMES = 45


@pytest.fixture(scope='module')
def scene():
    return Scene(seed=5)


@pytest.fixture(scope='module')
def bag(tmp_path_factory, scene):
    path = tmp_path_factory.mktemp('bags') / 'scene'
    write_scene_bag(path, scene, frames=FRAMES)
    return path


def _durabilities(bag, topic):
    with open_bag(bag) as opened:
        (connection,) = (c for c in opened.connections if c.topic == topic)
        return [offer.durability.name for offer in connection.ext.offered_qos_profiles]


def _parameters(tmp_path, **changes):
    data = yaml.safe_load((share_of() / 'config' / 'demo.yaml').read_text())
    parameters = data['/**']['ros__parameters']
    for task in parameters['tasks']:
        parameters[task]['deadline_ms'] = 2000.0
    for name, value in changes.items():
        task, _, key = name.partition('__')
        (parameters[task] if key else parameters)[key or task] = value
    file = tmp_path / 'parameters.yaml'
    file.write_text(yaml.safe_dump(data))
    return file


def _replay(*arguments):
    return CliRunner().invoke(replay, [str(argument) for argument in arguments])


def test_a_scene_bag_holds_what_the_scene_shows(bag, scene):
    images, truth = read_topic(bag, IMAGE_TOPIC), read_topic(bag, TRUE_DETECTIONS)
    assert len(images) == len(truth) == FRAMES
    stamps = sorted(images)
    assert set(np.diff(stamps)) <= {66_666_666, 66_666_667, 66_666_668}
    frame = scene.frame(7)
    pixels = images[stamps[7]].data.reshape(240, 320, 3)
    assert (pixels == frame.image_bgr).all()
    assert [d.id for d in truth[stamps[7]].detections] == [
        str(thing.identity) for thing in frame.objects
    ]
    assert [entry.name for entry in bag.parent.iterdir()] == [bag.name]


def test_replaying_answers_every_frame_and_the_answers_are_right(bag, tmp_path):
    results = tmp_path / 'results'
    outcome = _replay(bag, '--params', _parameters(tmp_path), '-o', results, '--json')
    assert outcome.exit_code == 0, outcome.output
    account = json.loads(outcome.stdout)
    for task in account['tasks'].values():
        lost = sum(task['dropped'].values()) + sum(task['failed'].values())
        assert task['released'] == FRAMES == task['on_time'] + task['late'] + lost
    accuracy = score(
        results,
        bag,
        detections='/detector/detections',
        tracks='/tracker/tracks',
        depth='/depth/image',
    )
    assert accuracy['detection_map50'] > 0.8
    assert accuracy['tracking_idf1'] > 0.6
    assert accuracy['depth_abs_rel'] < 0.15
    info = next(iter(read_topic(results, '/depth/camera_info').values()))
    assert (info.width, info.height) == (80, 60)
    for task in ('detector', 'tracker'):
        (labels,) = read_topic(results, f'/{task}/label_info').values()
        assert _durabilities(results, f'/{task}/label_info') == ['TRANSIENT_LOCAL']
        assert [(c.class_id, c.class_name) for c in labels.class_map] == list(enumerate(CLASSES))
        assert 0 < labels.threshold < 1 and labels.header.frame_id


def test_clean_pictures_are_in_the_results_bag_with_their_camera(bag, tmp_path):
    topic = IMAGE_TOPIC.lstrip('/')
    parameters = {
        'tasks': ['cleaner'],
        'cleaner': {
            'program': 'denoise',
            'topic': topic,
            'deadline_ms': 600_000.0,
            'strength': 0.0,
        },
    }
    file = tmp_path / 'clean.yaml'
    file.write_text(yaml.safe_dump({'/**': {'ros__parameters': parameters}}))
    outcome = _replay(bag, '--params', file, '-o', tmp_path / 'results', '--json')
    assert outcome.exit_code == 0, outcome.output
    sources = read_topic(bag, IMAGE_TOPIC)
    clean = read_topic(tmp_path / 'results', '/cleaner/image')
    infos = read_topic(tmp_path / 'results', '/cleaner/camera_info')
    assert clean and set(infos) == set(clean) <= set(sources)
    # a strength of zero takes nothing away
    assert all((clean[at].data == sources[at].data).all() for at in clean)
    one = next(iter(infos.values()))
    assert (one.width, one.height) == (320, 240)


@pytest.mark.parametrize(
    ('fields', 'reason', 'words'),
    [
        ({'encoding': 'yuv411'}, 'unknown_encoding', "encoding 'yuv411' is not supported"),
        ({'encoding': '16UC1'}, 'depth_image', "'16UC1' is depth in millimetres"),
    ],
)
def test_a_bag_of_which_nothing_can_be_used_is_named_as_by_the_node(
    tmp_path, caplog, fields, reason, words
):
    from rosbags.rosbag2 import StoragePlugin
    from rosbags.rosbag2 import Writer

    store, kind = typestore(), 'sensor_msgs/msg/Image'
    path, topic = tmp_path / 'strange', IMAGE_TOPIC
    with Writer(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        connection = writer.add_connection(topic, kind, typestore=store)
        for number in range(1, 6):
            stamp = make('builtin_interfaces/msg/Time', sec=number, nanosec=0)
            source = make('std_msgs/msg/Header', stamp=stamp)
            data = np.zeros(64, np.uint8)
            image = make(kind, header=source, width=4, height=4, step=16, data=data, **fields)
            writer.write(connection, number * 1_000_000, store.serialize_cdr(image, kind))
    outcome = _replay(path, '--params', _parameters(tmp_path), '--json')
    assert isinstance(outcome.exception, ConfigError)
    assert f'nothing could be used: {topic}: 5 {reason}' in str(outcome.exception)
    assert json.loads(outcome.stdout)['inputs'][topic]['rejected'] == {reason: 5}
    (said,) = (record.getMessage() for record in caplog.records if words in record.message)
    assert said.startswith(f'{topic}: frame rejected: ')


def test_a_sqlite_bag_is_replayed_as_well(bag, tmp_path):
    from rosbags.rosbag2 import StoragePlugin
    from rosbags.rosbag2 import Writer

    copy = tmp_path / 'sqlite'
    store = typestore()
    with (
        open_bag(bag) as source,
        Writer(copy, version=9, storage_plugin=StoragePlugin.SQLITE3) as writer,
    ):
        connections = {
            c.topic: writer.add_connection(c.topic, c.msgtype, typestore=store)
            for c in source.connections
        }
        for connection, at_ns, data in list(source.messages(source.connections))[: 4 * 5]:
            writer.write(connections[connection.topic], at_ns, data)
    outcome = _replay(copy, '--params', _parameters(tmp_path), '--json')
    assert outcome.exit_code == 0, outcome.output
    assert json.loads(outcome.stdout)['tasks']['depth']['released'] == 5


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'depth__topic': 'rear/image_raw'}, "has no topic '/rear/image_raw' (it has: /camera/"),
        (
            {
                'detector__topic_type': 'sensor_msgs/msg/CompressedImage',
                'depth__topic_type': 'sensor_msgs/msg/CompressedImage',
            },
            'camera/image_raw: is sensor_msgs/msg/Image, the parameters say',
        ),
    ],
)
def test_a_bag_that_does_not_fit_the_parameters(bag, tmp_path, changes, message):
    outcome = _replay(bag, '--params', _parameters(tmp_path, **changes))
    assert isinstance(outcome.exception, ConfigError)
    assert message in str(outcome.exception)


def test_bags_that_cannot_be_read(bag, tmp_path):
    parameters = _parameters(tmp_path)
    gone = _replay(tmp_path / 'gone', '--params', parameters)
    assert 'there is no such bag' in str(gone.exception)
    (tmp_path / 'empty').mkdir()
    empty = _replay(tmp_path / 'empty', '--params', parameters)
    assert isinstance(empty.exception, ConfigError)
    torn = tmp_path / 'torn'
    torn.mkdir()
    for file in bag.iterdir():
        content = file.read_bytes()
        keep = len(content) // 2 if file.suffix == '.mcap' else len(content)
        (torn / file.name).write_bytes(content[:keep])
    broken = _replay(torn, '--params', parameters)
    assert isinstance(broken.exception, ConfigError), broken.output
    assert 'torn' in str(broken.exception)


def test_a_cut_off_bag_and_a_folder_that_is_none_are_told_so(bag, tmp_path):
    torn = tmp_path / 'torn'
    torn.mkdir()
    with pytest.raises(ConfigError, match='torn: is not a bag: there is no metadata'):
        open_bag(torn)
    for file in bag.iterdir():
        (torn / file.name).write_bytes(file.read_bytes()[: -8 if file.suffix == '.mcap' else None])
    with pytest.raises(ConfigError, match='the recording was cut off'), open_bag(torn):
        pass


@pytest.mark.parametrize(
    ('output', 'message'),
    [
        ('.', 'already exists'),
        ('file/x', 'file is a file, not a folder'),
        ('file/x/y', 'file is a file, not a folder'),
        ('/proc/x', '/proc/x: cannot be created: No such file'),
        ('/proc/x/y', '/proc/x/y: cannot be created: No such file'),
    ],
)
def test_results_are_written_to_a_new_folder_or_nowhere(bag, tmp_path, output, message):
    (tmp_path / 'file').touch()
    outcome = _replay(bag, '--params', _parameters(tmp_path), '-o', tmp_path / output)
    assert isinstance(outcome.exception, ConfigError)
    assert message in str(outcome.exception)
    assert 'replaying' not in outcome.output


def test_what_the_parameter_file_says_wrong_is_told_with_its_name(bag, tmp_path):
    outcome = _replay(bag, '--params', _parameters(tmp_path, units=['gpo']))
    assert "parameters.yaml: units: 'gpo' is not a unit" in str(outcome.exception)


def test_a_terminated_replay_leaves_a_bag_that_can_be_read(bag, tmp_path):
    results = tmp_path / 'results'
    command = [
        sys.executable,
        '-m',
        'edge_sched_ros.cli.main',
        'replay',
        str(bag),
        '--rate',
        '0.2',
    ]
    command += ['--params', str(_parameters(tmp_path)), '-o', str(results)]
    streams = {'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE}
    with started(command, **streams) as process:
        # some chunks, of which a chunk is written when it is full
        wait_until(lambda: any(f.stat().st_size > 1000 for f in results.glob('*.mcap')))
        assert process.poll() is None
        process.terminate()
        out, error = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, out) == (143, b'')
    assert b'interrupted' in error and b'Traceback' not in error
    assert read_topic(results, '/scheduler/timing')


def test_a_bag_is_never_written_over(tmp_path, scene):
    (tmp_path / 'notes.txt').write_text('mine')
    with pytest.raises(ConfigError, match='already exists'):
        write_scene_bag(tmp_path, scene, frames=1)
    assert (tmp_path / 'notes.txt').exists()


def test_an_interrupted_bag_leaves_nothing(tmp_path, scene):
    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_scene_bag(tmp_path / 'bag', scene, frames=3, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_message_definitions_are_the_installed_ones():
    installed = Path(share_of() / 'msg' / 'JobTiming.msg').read_text()
    fields = [name for name, _ in typestore().fielddefs['edge_sched_ros/msg/JobTiming'][1]]
    assert all(name in installed for name in fields) and 'response_ms' in fields


def test_a_replay_leaves_a_debug_picture_of_each_task(bag, tmp_path):
    folder = tmp_path / 'debug'
    arguments = [str(bag), '--params', str(_parameters(tmp_path)), '--debug-images', str(folder)]
    found = CliRunner().invoke(replay, [*arguments, '--rate', '2'], catch_exceptions=False)
    assert found.exit_code == 0 and f'debug pictures are in {folder}' in found.output
    for task in ('detector', 'tracker', 'depth'):
        picture = cv2.imread(str(folder / f'{task}.jpg'))
        assert picture is not None and picture.ptp() > 100


def test_a_folder_for_debug_pictures_that_cannot_be_made_is_named(bag, tmp_path):
    (tmp_path / 'file').write_text('')
    arguments = [str(bag), '--params', str(_parameters(tmp_path)), '--debug-images']
    with pytest.raises(ConfigError, match='file/debug'):
        CliRunner().invoke(
            replay, [*arguments, str(tmp_path / 'file' / 'debug')], catch_exceptions=False
        )
