# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A coordinator and devices as real processes over DDS."""

from __future__ import annotations

import json
import os
import signal
import sys

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from children import settled
from children import TIMEOUT_S
from children import wait_until
from domains import domain

from edge_sched_ros.bags.scene_bag import write_scene_bag
from edge_sched_ros.bags.score import read_topic
from edge_sched_ros.cli.processes import Programs
from edge_sched_ros.scenes.scene import Scene

pytestmark = pytest.mark.dds

_NETWORKS = ('detector', 'depth')
_MODELS = 'package://edge_sched_ros/models'


@pytest.fixture
def programs(tmp_path):
    environment = {'ROS_DOMAIN_ID': str(domain()), 'ROS_PYTHON_CHECK_FIELDS': '1'}
    with Programs(logs=tmp_path, environment=environment) as programs:
        yield programs


@pytest.fixture(scope='module')
def bag(tmp_path_factory):
    path = tmp_path_factory.mktemp('bags') / 'scene'
    write_scene_bag(path, Scene(seed=5), frames=40)
    return path


def _start(programs, name, module, *arguments):
    command = [sys.executable, '-m', f'edge_sched_ros.nodes.{module}', *arguments]
    return programs.start(name, settled(command))


def _device(programs, name, *arguments):
    networks = ', '.join(f'"{_MODELS}/{one}.yaml"' for one in _NETWORKS)
    return _start(
        programs,
        name,
        'device_node',
        '--ros-args',
        '-p',
        f'device:={name}',
        '-p',
        f'networks:=[{networks}]',
        *arguments,
    )


def _tasks(tmp_path, **more):
    """Write the parameters of two tasks that lose nothing, and return the file."""
    tasks = {
        one: {
            'network': f'{_MODELS}/{one}.yaml',
            'topic': 'camera/image_raw',
            'deadline_ms': 60_000.0,
            'queue_depth': 100,
        }
        for one in _NETWORKS
    }
    values = {'use_sim_time': True, 'tasks': list(_NETWORKS), **tasks, **more}
    file = tmp_path / 'tasks.yaml'
    file.write_text(json.dumps({'/**': {'ros__parameters': values}}))
    return file


def _coordinator(programs, tmp_path, *devices, **more):
    file = _tasks(tmp_path, summary_file=str(tmp_path / 'summary.json'), **more)
    node = _start(
        programs, 'coordinator', 'coordinator_node', '--ros-args', '--params-file', str(file)
    )
    _wait(node, 'runs detector, depth')
    for name in devices:
        _wait(node, f'the device {name} has joined')
    return node


def _wait(program, text, count=1):
    program.wait_for(lambda log: log.count(text) >= count, what=text, timeout_s=TIMEOUT_S)


def _play(programs, bag, name='player'):
    player = _start(programs, name, 'bag_player', str(bag))
    assert player.wait(timeout_s=TIMEOUT_S) == 0, player.output()


def _record(programs, tmp_path, name):
    topics = (
        '/detector/detections:vision_msgs/msg/Detection2DArray',
        '/depth/image:sensor_msgs/msg/Image',
    )
    recorder = _start(programs, name, 'bag_recorder', str(tmp_path / f'{name}_bag'), *topics)
    _wait(recorder, 'recording')
    return recorder


def _answers(tmp_path, name):
    boxes = read_topic(tmp_path / f'{name}_bag', '/detector/detections')
    depth = read_topic(tmp_path / f'{name}_bag', '/depth/image')
    return (
        {
            at: [
                (d.results[0].hypothesis.class_id, d.results[0].hypothesis.score, d.bbox.size_x)
                for d in one.detections
            ]
            for at, one in boxes.items()
        },
        {at: bytes(np.asarray(one.data)) for at, one in depth.items()},
    )


def _summary(node, tmp_path):
    assert node.interrupt() == 0, node.output()
    summary = json.loads((tmp_path / 'summary.json').read_text())
    for name, one in summary['tasks'].items():
        ended = one['on_time'] + one['late']
        ended += sum(one['dropped'].values()) + sum(one['failed'].values())
        assert one['released'] == ended and not one['in_flight'], (name, one)
    return summary


def test_the_answers_are_those_of_one_device(programs, bag, tmp_path):
    for name in ('left', 'right'):
        _device(programs, name)
    node = _coordinator(
        programs,
        tmp_path,
        'left',
        'right',
        home_runs=False,
        high_level_policy='least_loaded',
    )
    recorder = _record(programs, tmp_path, 'fleet')
    _play(programs, bag)
    assert recorder.interrupt() == 0
    summary = _summary(node, tmp_path)
    assert sum(sum(one['done'].values()) for one in summary['devices'].values()) > 0
    assert not summary['devices']['home']['done']

    # a coordinator runs the first variants
    file = _tasks(tmp_path, fast_variants=False)
    node = _start(
        programs, 'scheduler', 'scheduler_node', '--ros-args', '--params-file', str(file)
    )
    _wait(node, 'active: listening')
    recorder = _record(programs, tmp_path, 'one')
    _play(programs, bag, 'player_again')
    assert recorder.interrupt() == 0 and node.interrupt() == 0

    for ours, theirs in zip(_answers(tmp_path, 'fleet'), _answers(tmp_path, 'one')):
        common = set(ours) & set(theirs)
        assert len(common) > 10
        assert all(ours[at] == theirs[at] for at in common)


def test_a_killed_device_is_noticed_replaced_and_used_again(programs, bag, tmp_path):
    left = _device(programs, 'left')
    _device(programs, 'right')
    node = _coordinator(
        programs,
        tmp_path,
        'left',
        'right',
        home_runs=False,
        high_level_policy='least_loaded',
    )
    player = _start(programs, 'player', 'bag_player', str(bag), '--loop')
    wait_until(lambda: 'playing' in player.output())
    os.kill(left.pid, signal.SIGKILL)
    _wait(node, 'the device left is lost: silent')
    _device(programs, 'left')
    _wait(node, 'the device left has joined', count=2)
    player.interrupt()
    summary = _summary(node, tmp_path)
    assert summary['devices']['left']['times_lost'] >= 1
    assert summary['devices']['right']['done']


def test_a_stopped_device_is_lost_and_comes_back_when_it_goes_on(programs, tmp_path):
    left = _device(programs, 'left')
    node = _coordinator(programs, tmp_path, 'left')
    os.kill(left.pid, signal.SIGSTOP)
    _wait(node, 'the device left is lost: silent')
    os.kill(left.pid, signal.SIGCONT)
    _wait(node, 'the device left has joined', count=2)
    assert left.interrupt() == 0


def test_two_coordinators_one_device(programs, tmp_path):
    left = _device(programs, 'left')
    _coordinator(programs, tmp_path, 'left')
    other = tmp_path / 'other'
    other.mkdir()
    file = _tasks(other, coordinator='usurper', home='elsewhere')
    second = _start(
        programs, 'second', 'coordinator_node', '--ros-args', '--params-file', str(file)
    )
    _wait(second, "the device 'left' serves 'coordinator'")
    _wait(left, "refused the coordinator 'usurper'")


@pytest.mark.parametrize(
    ('module', 'arguments', 'line'),
    [
        ('device_node', [], 'networks: needs at least one network'),
        ('device_node', ['-p', 'networks:=["nowhere.yaml"]'], 'networks: there is no'),
        ('device_node', ['-p', 'device:="1st"', '-p', 'networks:=["detector.yaml"]'], 'device: '),
        ('coordinator_node', [], 'tasks: needs the name of at least one task'),
        (
            'coordinator_node',
            ['-p', 'tasks:=["d"]', '-p', 'd.network:=detector.yaml', '-p', 'd.topic:=image']
            + ['-p', 'high_level_policy:=guess'],
            'high_level_policy: unknown high-level policy',
        ),
        (
            'coordinator_node',
            ['-p', 'tasks:=["d"]', '-p', 'd.network:=embedding.yaml', '-p', 'd.topic:=image'],
            'd.after: an embedding network must come after a task that gives boxes',
        ),
    ],
)
def test_wrong_settings_are_one_line(programs, module, arguments, line):
    node = _start(programs, 'node', module, '--ros-args', *arguments)
    assert node.wait(timeout_s=TIMEOUT_S) == 2
    told = [one for one in node.output().splitlines() if one.startswith(f'{module}: ')]
    assert len(told) == 1 and line in told[0], node.output()
