# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The installed node as a process of its own, with a user's classes as ``module:Class``."""

from __future__ import annotations

import os

import pytest
import yaml

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from children import settled
from children import TIMEOUT_S
from domains import domain
from own_robot import own_parameters
from own_robot import USED
from own_robot import write_own_robot
from ros import Bench
from ros import image
from std_srvs.srv import Trigger
from vision_msgs.msg import Detection2DArray

from edge_sched_ros.cli.processes import Programs
from edge_sched_ros.pipeline.settings.resources import share_of
from edge_sched_ros.system.loading import load_system

pytestmark = pytest.mark.dds


@pytest.fixture
def node(tmp_path):
    """Yield a running node, and what talks to it."""
    share = share_of()
    executable = share and share.parents[1] / 'lib' / 'edge_sched_ros' / 'scheduler_node'
    if not (executable and executable.is_file()):
        pytest.skip('the node is not installed')
    robot, file = tmp_path / 'robot.yaml', tmp_path / 'params.yaml'
    values = own_parameters(write_own_robot(tmp_path))
    # a best-effort frame sent while the two sides still find each other is lost
    reliable = 'qos_overrides./camera/image_raw.subscription.reliability'
    values |= {'system_file': str(robot), reliable: 'reliable'}
    file.write_text(yaml.safe_dump({'/**': {'ros__parameters': values}}))
    environment = {
        'ROS_DOMAIN_ID': str(domain()),
        'PYTHONPATH': os.pathsep.join((str(tmp_path), os.environ.get('PYTHONPATH', ''))),
    }
    with Programs(logs=tmp_path, environment=environment) as programs:
        command = [str(executable), '--ros-args', '--params-file', str(file)]
        process = programs.start('scheduler_node', settled(command))
        process.wait_for(
            lambda log: 'active: listening' in log, what='become active', timeout_s=TIMEOUT_S
        )
        bench = Bench(int(environment['ROS_DOMAIN_ID']))
        try:
            yield process, bench, robot
        finally:
            bench.close()


def test_own_classes_work_and_what_they_took_is_saved_when_asked_for(node):
    process, bench, robot = node
    heard = bench.listen(Detection2DArray, '/detector/detections')
    for number in range(4):
        bench.publish('/camera/image_raw', image(1000 + 100 * number))
        bench.wait_for(lambda count=number + 1: len(heard) >= count, 'an answer')
    assert len(heard[-1].detections) == 1
    process.wait_for(
        lambda log: set(log.splitlines()) >= USED, what='used all of it', timeout_s=TIMEOUT_S
    )
    assert not robot.exists()

    def saved():
        response = bench.call(Trigger, '/scheduler/save_system', Trigger.Request())
        assert (response.success, response.message) == (True, str(robot))
        return load_system(robot)

    # the counter may still be at its first frame
    found = bench.wait_for(lambda: (file := saved()) and 'counter' in file.tasks and file)
    assert list(found.tasks) == ['detector', 'counter']
    assert found.notes['policy'] == 'own_robot_code:Policy+drop'
    robot.unlink()
    assert process.interrupt() == 0
    assert 'Traceback' not in process.output()
    # and at the end, as always
    assert list(load_system(robot).tasks) == ['detector', 'counter']
