# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node writes what it ran and learned, when deactivated and when asked to."""

from __future__ import annotations

import pytest
from ros import image
from ros import set_parameters
from std_srvs.srv import Trigger
from vision_msgs.msg import Detection2DArray

from edge_sched_ros.cli.main import main
from edge_sched_ros.system.loading import load_system

pytestmark = pytest.mark.ros
SERVICE = 'scheduler/save_system'


def _work(bench, frames=3):
    heard = bench.listen(Detection2DArray, 'detector/detections')
    for number in range(frames):
        bench.publish('front/image_raw', image(500 + 100 * number))
        bench.wait_for(lambda count=number + 1: len(heard) >= count, 'an answer')


def test_what_was_run_is_written_when_deactivated_and_can_be_simulated(
    bench, start, tmp_path, capsys
):
    path = tmp_path / 'deep' / 'robot.yaml'
    node = start(system_file=str(path))
    _work(bench)
    assert not path.exists()
    node.trigger_deactivate()
    found = load_system(path)
    (task,) = found.tasks.values()
    assert (task.network, task.stream, task.deadline_ms) == ('boxes', 'front.image_raw', 5000.0)
    costs = [
        cost for stage in found.networks['boxes'].first.stages for cost in stage.cost.values()
    ]
    assert costs and all(cost.source == 'learned' and cost.latency_ms > 0 for cost in costs)
    assert not main(['simulate', str(path), '--seconds', '1'])
    assert 'detector' in capsys.readouterr().out


@pytest.mark.parametrize('state', ['active', 'inactive'])
def test_it_is_written_when_asked_to(bench, start, tmp_path, state):
    path = tmp_path / 'robot.yaml'
    node = start()
    response = bench.call(Trigger, SERVICE, Trigger.Request())
    assert (response.success, response.message) == (
        False,
        'system_file: is empty: set it to the path of the file',
    )
    assert set_parameters(bench, system_file=str(path)).successful
    _work(bench)
    if state == 'inactive':
        node.trigger_deactivate()
        path.unlink()
    response = bench.call(Trigger, SERVICE, Trigger.Request())
    assert (response.success, response.message) == (True, str(path))
    assert list(load_system(path).tasks) == ['detector']


def test_a_node_that_is_not_configured_knows_nothing(bench, start, tmp_path):
    start(autostart=False, system_file=str(tmp_path / 'robot.yaml'))
    response = bench.call(Trigger, SERVICE, Trigger.Request())
    assert not response.success
    assert response.message.startswith('system_file: the node is not configured')
    assert not (tmp_path / 'robot.yaml').exists()


def test_a_file_that_cannot_be_written_is_said_before_the_run(start, tmp_path, capfd):
    start(system_file=str(tmp_path))
    said = f"cannot be configured: system_file: '{tmp_path}' is a folder, not a file"
    assert said in capfd.readouterr().err


def test_a_file_that_cannot_be_written_any_more_is_one_line(bench, start, tmp_path, capfd):
    path = tmp_path / 'robot.yaml'
    node = start(system_file=str(path))
    _work(bench)
    path.mkdir()
    node.trigger_deactivate()
    assert f'{path}: cannot be written' in capfd.readouterr().err


@pytest.mark.parametrize('end', ['trigger_cleanup', 'trigger_shutdown', 'destroy_node'])
def test_what_was_known_is_written_though_nothing_ran(bench, start, tmp_path, end):
    known, path = tmp_path / 'known.yaml', tmp_path / 'robot.yaml'
    node = start(system_file=str(known))
    _work(bench)
    node.trigger_deactivate()
    node.trigger_cleanup()
    before = known.stat().st_mtime_ns
    again = {'system_file': str(path), 'profiles': str(known), 'detector.period_ms': 100.0}
    for name, value in again.items():
        assert set_parameters(bench, **{name: value}).successful
    node.trigger_configure()
    assert not path.exists()
    getattr(node, end)()
    assert list(load_system(path).tasks) == ['detector']
    assert known.stat().st_mtime_ns == before


def test_while_nothing_is_known_the_file_stays_as_it_is_and_that_is_said(
    bench, start, tmp_path, capfd
):
    path = tmp_path / 'robot.yaml'
    path.write_text('of an earlier run')
    node = start(system_file=str(path))
    node.trigger_deactivate()
    said = f'{path}: not written, as there is no task to write: detector: its cost is not known '
    assert said in capfd.readouterr().err
    response = bench.call(Trigger, SERVICE, Trigger.Request())
    assert not response.success and response.message.startswith(said)
    node.trigger_cleanup()
    node.trigger_configure()
    node.trigger_cleanup()
    assert said in capfd.readouterr().err
    assert path.read_text() == 'of an earlier run'
