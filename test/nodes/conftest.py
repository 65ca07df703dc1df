# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A scheduler node in this process, with networks that are quick to load."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from networks import write_network
from networks import write_onnx
from rclpy.parameter import Parameter
from ros import Bench

from edge_sched_ros.nodes import scheduler_node


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.close()


@pytest.fixture
def start(bench, tmp_path):
    """
    Return a function that starts a scheduler with parameters, by default one detector.

    What it is given without a name are ROS arguments, e.g. ``'-r', 'a:=b'``.
    """
    raw = np.zeros((1, 4, 7), np.float32)
    raw[0, 0] = [16, 16, 10, 10, 1, 0.1, 0.9]
    write_onnx(tmp_path / 'boxes.onnx', outputs={'out': raw}, input_shape=[1, 3, 32, 32])
    write_network(tmp_path, 'boxes', engine='auto', decoder_options={})
    write_onnx(
        tmp_path / 'deep.onnx',
        # a map of one value would count as invalid
        outputs={'out': np.array([4.0] + [2.0] * 63, np.float32).reshape(1, 1, 8, 8)},
        input_shape=[1, 3, 32, 32],
    )
    write_network(
        tmp_path, 'deep', engine='auto', decoder='depth_metric', decoder_options={}, labels=[]
    )
    nodes = []

    def _start(*ros_arguments, **parameters):
        values = {
            'tasks': ['detector'],
            'detector.network': str(tmp_path / 'boxes.yaml'),
            'detector.topic': 'front/image_raw',
            'detector.deadline_ms': 5000.0,
            'status_period_s': 0.1,
            # a best-effort sample sent while the two sides still find each other is lost
            **{
                f'qos_overrides./{topic}.subscription.reliability': 'reliable'
                for topic in ('front/image_raw', 'rear/image_raw', 'front/camera_info', 'imu')
            },
            **{name.replace('__', '.'): value for name, value in parameters.items()},
        }
        # looked up here, so that a test may put another class in its place
        node = scheduler_node.SchedulerNode(
            context=bench.context,
            cli_args=['--ros-args', *ros_arguments] if ros_arguments else None,
            parameter_overrides=[
                Parameter(name, value=value) for name, value in values.items() if value is not None
            ],
        )
        bench.add(node)
        nodes.append(node)
        node.autostart()
        return node

    yield _start
    for node in nodes:
        node.close()
