# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched quickstart``: files for one network on one camera, and a node that runs them."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys

import pytest

from edge_sched_ros.bags.scene_bag import write_scene_bag
from edge_sched_ros.cli.group import edge_sched
from edge_sched_ros.cli.quickstart_files import task_name
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.installation.own_module import module_command
from edge_sched_ros.pipeline.settings.config import from_file
from edge_sched_ros.pipeline.settings.resources import share_of
from edge_sched_ros.scenes.scene import Scene

pytest.importorskip('onnxruntime')

MODEL = share_of() / 'models' / 'demo_detector.onnx'
TOPIC = '/camera/image_raw'


def _run(*arguments):
    edge_sched.main(['quickstart', *map(str, arguments)], standalone_mode=False)


def test_files_for_a_model_and_a_topic(tmp_path, capsys):
    _run(MODEL, '--topic', TOPIC, '-o', tmp_path, '--deadline-ms', '50', '--json')
    found = json.loads(capsys.readouterr().out)
    assert found['task'] == 'demo_detector'
    config = from_file(found['params_file'])
    (task,) = config.tasks
    assert (task.name, task.topic, task.deadline_ms) == ('demo_detector', TOPIC, 50.0)
    assert str(task.network) == str(tmp_path / 'demo_detector.yaml')
    text = (tmp_path / 'demo_detector.launch.py').read_text()
    compile(text, 'demo_detector.launch.py', 'exec')
    assert "with_name('demo_detector_params.yaml')" in text


def test_a_first_picture_with_the_answers_of_the_network(tmp_path, capsys):
    bag = tmp_path / 'bag'
    write_scene_bag(bag, Scene(seed=7, fps=15.0), frames=2)
    _run(MODEL, '--topic', TOPIC, '-o', tmp_path, '--try', bag, '--no-start')
    assert (tmp_path / 'demo_detector.try.png').stat().st_size > 1000
    assert 'ros2 launch' in capsys.readouterr().out


def test_a_network_that_is_described_already_is_used_as_it_is(tmp_path, capsys):
    network = share_of() / 'models' / 'detector.yaml'
    _run(network, '--topic', TOPIC, '-o', tmp_path, '--json')
    found = json.loads(capsys.readouterr().out)
    assert found['network'] == str(network)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        'detector.launch.py',
        'detector_params.yaml',
    ]


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        ([MODEL, '--topic', 'camera//image'], "--topic: 'camera//image' is not a name of a topic"),
        ([MODEL], '--topic: is missing'),
        (['--topic', TOPIC], 'MODEL: is missing'),
        (['none.onnx', '--topic', TOPIC], 'none.onnx'),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(tmp_path, monkeypatch, arguments, problem):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, 'stdin', io.StringIO())
    with pytest.raises(ConfigError) as caught:
        _run(*arguments, '-o', tmp_path / 'out', '--no-start')
    assert problem in str(caught.value) and '\n' not in str(caught.value)
    assert not list(tmp_path.rglob('*.yaml'))


def test_files_that_exist_are_replaced_only_on_demand(tmp_path):
    (tmp_path / 'demo_detector.launch.py').write_text('mine')
    given = [MODEL, '--topic', TOPIC, '-o', tmp_path, '--json']
    with pytest.raises(ConfigError, match='give --force'):
        _run(*given)
    assert (tmp_path / 'demo_detector.launch.py').read_text() == 'mine'
    _run(*given, '--force')
    assert (tmp_path / 'demo_detector.launch.py').read_text() != 'mine'


@pytest.mark.parametrize(
    ('network', 'name'),
    [('YOLOv8-n', 'yolov8_n'), ('8n', 'task_8n'), ('my det', 'my_det'), ('...', 'task')],
)
def test_names_of_networks_become_names_that_ros_takes(network, name):
    assert task_name(network) == name


@pytest.mark.dds
def test_the_node_starts_and_ends_with_the_command(tmp_path):
    pytest.importorskip('rclpy', reason='ROS 2 is not here')
    command = module_command(
        'edge_sched_ros.cli.main', 'quickstart', str(MODEL), '--topic', TOPIC, '-o', str(tmp_path)
    )
    node = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        # ends with the output, so that a node that fails ends the test
        lines = iter(node.stdout.readline, '')
        assert any(f'active: listening to {TOPIC}' in line for line in lines)
        node.send_signal(signal.SIGINT)
        rest = node.communicate(timeout=120)[0]
        assert 'shut down' in rest
    finally:
        node.kill()
        node.wait(timeout=60)
