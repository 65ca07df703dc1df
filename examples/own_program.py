# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A program of one's own: a task without a network, on messages of any type.

A parameter file takes it as ``TASK.program: own_program:Bumps``, where Python finds this module.
"""

from queue import Queue
from types import SimpleNamespace

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters


class Bumps:
    """Counts readings of std_msgs/msg/Float32 above a limit."""

    stages = ('count',)
    stateful = True
    output = 'none'
    numbers = {'limit': Number(2.0, 0.0, 100.0, description='A bump is above this, m/s2')}

    def __init__(self, limit=2.0):
        self.limit = limit
        self.bumps = 0

    def run(self, stage, context):
        """Look at one message."""
        self.bumps += context.frame.message.data > self.limit
        context.result = self.bumps
        return 0

    def set_option(self, name, value):
        """Change the limit while running; ``None`` for what it is by default."""
        self.limit = self.numbers[name].default if value is None else value

    def reset(self):
        """Forget the bumps."""
        self.bumps = 0

    def close(self):
        """Free nothing."""


if __name__ == '__main__':
    task = {'program': '__main__:Bumps', 'topic': '/imu', 'topic_type': 'std_msgs/msg/Float32'}
    values = {f'bumps.{key}': value for key, value in {**task, 'limit': 3.0}.items()}
    ends = Queue()
    pipeline = Pipeline(from_parameters({'tasks': ['bumps'], **values}), on_end=ends.put)
    pipeline.load()
    pipeline.start()
    for seq, reading in enumerate((2.5, 3.5, 0.0, 9.0, 1.0)):
        pipeline.submit(Frame('/imu', seq, 0, '', message=SimpleNamespace(data=reading)))
        print(f'{reading:g} m/s2: {ends.get(timeout=10).result} bumps')
    pipeline.stop()
    pipeline.unload()
