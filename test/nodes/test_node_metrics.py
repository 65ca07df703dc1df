# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node serves its metrics to Prometheus, if it is asked to."""

from __future__ import annotations

import socket
from urllib.request import urlopen

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('prometheus_client', reason='an optional library')

from children import TIMEOUT_S
from ros import image
from ros import state_of
from vision_msgs.msg import Detection2DArray

pytestmark = pytest.mark.ros


@pytest.fixture
def port():
    with socket.create_server(('127.0.0.1', 0)) as taken:
        return taken.getsockname()[1]


def _read(port):
    with urlopen(f'http://127.0.0.1:{port}/metrics', timeout=TIMEOUT_S) as answer:
        return answer.read().decode()


def test_a_node_without_a_port_opens_none(start):
    assert start()._metrics is None


def test_the_counts_of_a_node_can_be_read(bench, start, port):
    node = start(metrics_port=port)
    answers = bench.listen(Detection2DArray, 'detector/detections')
    bench.publish('front/image_raw', image(1000))
    bench.wait_for(lambda: answers, 'an answer')
    line = 'edge_sched_jobs_total{outcome="on_time",reason="",task="detector"} 1.0'
    bench.wait_for(lambda: line in _read(port), 'the count')
    node.trigger_deactivate()
    assert _read(port) == ''
    node.trigger_cleanup()
    with pytest.raises(OSError):
        _read(port)


def test_a_port_in_use_refuses_the_configuration(start, capfd):
    with socket.create_server(('127.0.0.1', 0)) as taken:
        number = taken.getsockname()[1]
        node = start(metrics_port=number)
    assert state_of(node) == 'unconfigured'
    told = f'metrics_port: cannot listen on 127.0.0.1:{number}: Address already in use'
    assert told in capfd.readouterr().err
