# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Thread time of single calls: ``dev/env.sh python benchmarks/native_calls.py``.

* publishing a result to a listener in the same process, by a task's publisher, without and with
  the native data path
* running a network of one node by ONNX Runtime: what of it is Python around the run
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import rclpy

from edge_sched_ros.execution.engines import onnxruntime as engine
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.jobs import ON_TIME
from edge_sched_ros.native import loading
from edge_sched_ros.nodes.publishers import TaskPublisher
from edge_sched_ros.nodes.ros_messages import message_class
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections

_CALLS, _ROUNDS = 300, 3
_BOXES = Detections(np.ones((5, 4), np.float32), np.ones(5, np.float32), np.arange(5))
_DEPTH = DepthMap(np.ones((160, 208), np.float32), 1.0, 1.0)
_RESULTS = (
    ('detections', 'vision_msgs/msg/Detection2DArray', 'detections', _BOXES),
    ('image', 'sensor_msgs/msg/Image', 'depth', _DEPTH),
)


def median_us(call: Callable[[], Any], calls: int = _CALLS) -> float:
    """Return the median thread time of a call."""
    taken = []
    for _ in range(calls):
        began_ns = time.thread_time_ns()
        call()
        taken.append(time.thread_time_ns() - began_ns)
    return statistics.median(taken) / 1e3


def publishing(node: Any, mode: str, name: str, kind: str, output: str, result: Any) -> float:
    """Return what publishing a result takes, in microseconds."""
    loading.use(mode)
    heard = node.create_subscription(message_class(kind), f'task/{name}', print, 10, raw=True)
    task = TaskPublisher(
        node, 'task', output, labels=(), threshold=lambda: 0.5, info_of=lambda _: None
    )
    counts = {'release_ns': 0, 'deadline_ns': 1, 'response_ns': 1, 'age_ns': 0, 'items': 5}
    given = {'task': 'task', 'job': 1, 'outcome': ON_TIME, 'reason': '', 'stages': ()}
    frame = Frame('camera', 1, 1, 'camera', None)
    end = JobEnd(**given, **counts, frame=frame, result=result, variant='base')
    while not task._publishers[name].get_subscription_count():
        time.sleep(0.01)
    found = median_us(lambda: task.publish(end))
    task.close()
    node.destroy_subscription(heard)
    return found


def runs() -> dict[str, float]:
    """Return what runs of a network of one node take, in microseconds."""
    values = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, 8]) for name in 'xy'
    ]
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node('Relu', ['x'], ['y'])], 'one', values[:1], values[1:]
    )
    opset = [onnx.helper.make_opsetid('', 13)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, 'one.onnx')
        onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=8), str(file))
        session = engine._open(str(file))
    network = engine.OnnxRuntimeNetwork(engine.OpenSession(session))
    inputs = [np.zeros((1, 8), np.float32) for _ in range(_CALLS)]
    binding = session.io_binding()
    binding.bind_cpu_input('x', inputs[0])
    binding.bind_output('y')
    fresh = iter(inputs)
    return {
        'ONNX Runtime alone': median_us(lambda: session.run_with_iobinding(binding)),
        'run, same input': median_us(lambda: network.run(inputs[:1])),
        'run, another input': median_us(lambda: network.run([next(fresh)])),
    }


def main() -> None:
    """Print all of it."""
    rclpy.init()
    node = rclpy.create_node('calls')
    for row in _RESULTS:
        for mode in ('off', 'auto'):
            taken = [publishing(node, mode, *row) for _ in range(_ROUNDS)]
            print(f'publishing {row[0]:12} {mode:5} {min(taken):6.1f} to {max(taken):6.1f} us')
    for name, taken_us in runs().items():
        print(f'{name:20} {taken_us:6.1f} us')
    node.destroy_node()
    rclpy.shutdown()


if __name__ == '__main__':
    main()
