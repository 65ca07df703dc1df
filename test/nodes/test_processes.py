# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Real processes over DDS: the node, the player, the recorder, and how they end."""

from __future__ import annotations

import json
import os
import signal
import sys

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from children import finished
from children import settled
from children import TIMEOUT_S
from diagnostic_msgs.msg import DiagnosticArray
from domains import domain
from rclpy.qos import QoSProfile
from ros import Bench
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image

from edge_sched_ros.bags.scene_bag import write_scene_bag
from edge_sched_ros.bags.score import read_topic
from edge_sched_ros.cli.processes import Programs
from edge_sched_ros.pipeline.settings.resources import share_of
from edge_sched_ros.scenes.scene import Scene

pytestmark = pytest.mark.dds


@pytest.fixture(scope='module')
def bag(tmp_path_factory):
    path = tmp_path_factory.mktemp('bags') / 'scene'
    write_scene_bag(path, Scene(seed=11), frames=30)
    return path


@pytest.fixture
def programs(tmp_path):
    environment = {'ROS_DOMAIN_ID': str(domain()), 'ROS_PYTHON_CHECK_FIELDS': '1'}
    with Programs(logs=tmp_path, environment=environment) as programs:
        yield programs


def _start(programs, name, *arguments, ignored=()):
    command = [sys.executable, '-m', f'edge_sched_ros.nodes.{name}', *arguments]
    return programs.start(name, settled(command, ignored))


def _scheduler(programs, tmp_path, *arguments, ignored=()):
    parameters = share_of() / 'config' / 'demo.yaml'
    node = _start(
        programs,
        'scheduler_node',
        '--ros-args',
        '--params-file',
        str(parameters),
        '-p',
        f'summary_file:={tmp_path}/summary.json',
        '-p',
        'silent_after_ms:=300.0',
        '-p',
        'status_period_s:=0.1',
        *arguments,
        ignored=ignored,
    )
    node.wait_for(
        lambda log: 'active: listening' in log, what='become active', timeout_s=TIMEOUT_S
    )
    return node


def test_a_bag_is_answered_recorded_and_accounted_for(programs, bag, tmp_path):
    node = _scheduler(programs, tmp_path)
    recorder = _start(
        programs,
        'bag_recorder',
        str(tmp_path / 'results'),
        '/tracker/tracks:vision_msgs/msg/Detection2DArray',
        '/scheduler/timing:edge_sched_ros/msg/JobTiming',
    )
    recorder.wait_for(lambda log: 'recording' in log, what='found the topics', timeout_s=TIMEOUT_S)
    player = _start(programs, 'bag_player', str(bag))
    assert player.wait(timeout_s=TIMEOUT_S) == 0
    assert 'played 120 messages' in player.output()
    assert (node.interrupt(), recorder.interrupt()) == (0, 0)
    summary = json.loads((tmp_path / 'summary.json').read_text())
    for task in summary['tasks'].values():
        ended = task['on_time'] + task['late']
        ended += sum(task['dropped'].values()) + sum(task['failed'].values())
        assert task['released'] == ended > 0
    tracks = read_topic(tmp_path / 'results', '/tracker/tracks')
    timings = read_topic(tmp_path / 'results', '/scheduler/timing')
    tracker = summary['tasks']['tracker']
    # how many are in time is the machine's business; what was answered must be what was recorded
    assert 0 < len(tracks) <= tracker['on_time'] + tracker['late']
    assert set(tracks) <= set(timings)


def test_a_killed_player_leaves_a_node_that_says_so_and_ends_cleanly(programs, bag, tmp_path):
    node = _scheduler(programs, tmp_path)
    watch = Bench(int(programs.environment['ROS_DOMAIN_ID']))
    heard = watch.listen(DiagnosticArray, '/diagnostics')
    player = _start(programs, 'bag_player', str(bag), '--rate', '0.5')
    watch.wait_for(lambda: _received(heard) > 3, 'the camera')
    player.close()
    silent = watch.wait_for(
        lambda: [s for s in heard[-1].status if 'input' in s.name and s.level == b'\x02'],
        'the silence',
    )
    assert "no message on '/camera/image_raw'" in silent[0].message
    watch.close()
    assert node.interrupt() == 0
    assert 'Traceback' not in node.output()
    summary = json.loads((tmp_path / 'summary.json').read_text())
    assert summary['inputs']['/camera/image_raw']['received'] > 0


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGHUP])
def test_a_node_that_is_ended_says_goodbye(programs, tmp_path, number):
    node = _scheduler(programs, tmp_path)
    os.kill(node.pid, number)
    assert node.wait(timeout_s=TIMEOUT_S) == 0
    assert (tmp_path / 'summary.json').exists()
    assert 'Traceback' not in node.output()


def test_a_node_under_nohup_outlives_the_terminal(programs, tmp_path):
    node = _scheduler(programs, tmp_path, ignored=[signal.SIGHUP])
    watch = Bench(int(programs.environment['ROS_DOMAIN_ID']))
    heard = watch.listen(DiagnosticArray, '/diagnostics')
    watch.wait_for(lambda: heard, 'the diagnostics')
    os.kill(node.pid, signal.SIGHUP)
    heard.clear()
    watch.wait_for(lambda: len(heard) > 5, 'more diagnostics')
    watch.close()
    assert node.interrupt() == 0


def _received(heard):
    """Return how many frames the latest diagnostics speak of."""
    latest = heard[-1].status if heard else ()
    lines = [s for s in latest if 'input' in s.name]
    values = {v.key: v.value for line in lines for v in line.values}
    return int(values.get('received', 0))


def test_a_node_that_cannot_be_configured_lives_and_ends_cleanly(programs, tmp_path):
    node = _start(programs, 'scheduler_node', '--ros-args', '-p', 'tasks:=["a","a"]')
    node.wait_for(lambda log: "tasks: names 'a' twice" in log, what='refused', timeout_s=TIMEOUT_S)
    assert node.exit_code is None
    assert node.interrupt() == 0


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (None, 'params.yaml: cannot be read: No such file or directory'),
        ('a: [', 'params.yaml:1: cannot be read: '),
        ('- a', "params.yaml: has no parameters under '/**: ros__parameters:'"),
        ('tasks: [a]', "params.yaml: has no parameters under '/**: ros__parameters:'"),
        (
            '/**:\n  ros__parameters:\n    a:\n      period_ms:\n',
            'params.yaml:4: cannot be read: there is no value',
        ),
        ('/**:\n  ros__parameters:\n    a: {network: package://p/x}\n', 'need quotes'),
        (
            '/**:\n  ros__parameters:\n    use_sim_time: banana\n',
            "scheduler_node: use_sim_time: Trying to set parameter 'use_sim_time' to 'banana'",
        ),
    ],
)
def test_a_parameter_file_that_cannot_be_used_is_one_line(programs, tmp_path, content, message):
    file = tmp_path / 'params.yaml'
    if content is not None:
        file.write_text(content)
    node = _start(programs, 'scheduler_node', '--ros-args', '--params-file', str(file))
    assert node.wait(timeout_s=TIMEOUT_S) == 2
    lines = [line for line in node.output().splitlines() if line.startswith('scheduler_node: ')]
    assert len(lines) == 1 and message in lines[0]
    assert 'Traceback' not in node.output()


def test_the_recorders_folder_that_cannot_be_made_is_one_line(programs):
    recorder = _start(programs, 'bag_recorder', '/proc/x/bag', 'a:std_msgs/msg/Header')
    assert recorder.wait(timeout_s=TIMEOUT_S) == 2
    assert 'bag_recorder: /proc/x: cannot be created' in recorder.output()


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['/no/such/bag'], 'bag_player: /no/such/bag: there is no such bag'),
        (['BAG', '--topics', '/rear'], 'bag_player: /rear: the bag has no such topic'),
        (['BAG', '--rate', '0'], '--rate must be at least 0.001'),
        (['BAG', '--rate', 'inf'], '--rate must be at least 0.001, and finite'),
    ],
)
def test_the_players_mistakes_are_one_line(programs, bag, arguments, message):
    arguments = [str(bag) if argument == 'BAG' else argument for argument in arguments]
    player = _start(programs, 'bag_player', *arguments)
    assert player.wait(timeout_s=TIMEOUT_S) != 0
    assert message in player.output()
    assert 'Traceback' not in player.output()


def test_the_demo_scores_itself(tmp_path):
    code = finished(
        [
            sys.executable,
            '-m',
            'edge_sched_ros.cli.main',
            'demo',
            '--seconds',
            '4',
            '--json',
            '--out',
            str(tmp_path),
        ],
        env={**os.environ, 'ROS_DOMAIN_ID': str(domain())},
        timeout_s=TIMEOUT_S * 2,
    )
    assert code.returncode == 0, code.stderr
    summary = json.loads((tmp_path / 'summary.json').read_text())
    assert summary == json.loads(code.stdout)
    assert set(summary) == {'policy', 'tasks', 'units', 'inputs', 'accuracy'}
    assert set(summary['tasks']) == {'detector', 'tracker', 'depth'}
    for task in summary['tasks'].values():
        assert set(task) == {
            'deadline_ms',
            'released',
            'on_time',
            'late',
            'dropped',
            'failed',
            'response_ms',
        }
        assert set(task['response_ms']) == {'p50', 'p95', 'p99'}
    assert all(set(unit) == {'kind', 'utilisation'} for unit in summary['units'].values())
    assert summary['inputs']['/camera/image_raw']['received'] > 50
    accuracy = summary['accuracy']
    assert accuracy['detection_map50'] >= 0.8
    assert accuracy['tracking_idf1'] >= 0.6
    assert accuracy['depth_abs_rel'] <= 0.15


def test_ctrl_c_ends_a_node_that_measures_its_networks(programs, tmp_path):
    node = _start(
        programs,
        'scheduler_node',
        '--ros-args',
        '--params-file',
        str(share_of() / 'config' / 'demo.yaml'),
        '-p',
        'profile_at_configure_s:=3600.0',
    )
    node.wait_for(
        lambda log: 'profile_at_configure_s: measuring' in log,
        what='measure',
        timeout_s=TIMEOUT_S,
    )
    assert node.interrupt() == 0
    assert 'Traceback' not in node.output()


def test_the_player_loses_nothing_of_the_beginning(programs, bag):
    player = _start(programs, 'bag_player', str(bag), '--rate', '10')
    bench = Bench(int(programs.environment['ROS_DOMAIN_ID']))
    try:
        images, clocks = [], []
        every = QoSProfile(depth=1000)
        node = bench.watcher
        node.create_subscription(Clock, '/clock', clocks.append, every)
        node.create_subscription(
            Image, '/camera/image_raw', lambda m: images.append((m, len(clocks))), every
        )
        bench.wait_for(lambda: len(images) == 30, 'every frame')
        first, ticks = images[0]
        # the clock stood at the beginning before the first frame came
        assert ticks and clocks[0].clock == first.header.stamp
        player.wait_for(lambda log: 'played' in log, what='end', timeout_s=TIMEOUT_S)
    finally:
        bench.close()
