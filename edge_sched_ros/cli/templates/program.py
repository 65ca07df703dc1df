# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A program for a task without a network, with a test."""

from __future__ import annotations

GROUP = 'programs'

MODULE = '''"""A program: a task without a network, on messages of any type."""

from edge_sched_ros.perception.programs.options import Number


class $cls:
    """Counts messages of std_msgs/msg/Float32 whose value is above a limit."""

    # names of its stages, in order; `run` is called for each
    stages = ('count',)
    # whether frames must come one at a time and in order
    stateful = True
    # kind of the results that are published: detections, depth, or none
    output = 'none'
    # each is a parameter of its tasks
    numbers = {'limit': Number(2.0, 0.0, 100.0, description='Messages above this are counted')}

    def __init__(self, limit=2.0):
        self.limit = limit
        self.count = 0

    def run(self, stage, context):
        """Look at one message; return the number of items found."""
        found = context.frame.message.data > self.limit
        self.count += found
        context.result = self.count
        return int(found)

    def set_option(self, name, value):
        """Change an option while the node runs; `None` means its default."""
        self.limit = self.numbers[name].default if value is None else value

    def reset(self):
        """Forget what was seen: the source has restarted, or the node was deactivated."""
        self.count = 0

    def close(self):
        """Free what it holds."""
'''

TEST = '''"""$cls counts, changes its limit, and forgets."""

from types import SimpleNamespace

from $name import $cls
from edge_sched_ros import JobContext
from edge_sched_ros.execution.frame import Frame


def _run(program, value):
    frame = Frame('/topic', 1, 0, '', message=SimpleNamespace(data=value))
    context = JobContext(0, 'task', frame)
    for stage in program.stages:
        program.run(stage, context)
    return context.result


def test_values_above_the_limit_are_counted():
    program = $cls(limit=1.0)
    assert [_run(program, value) for value in (0.5, 1.5, 2.5)] == [0, 1, 2]


def test_the_limit_changes_while_it_runs():
    program = $cls()
    program.set_option('limit', 50.0)
    assert _run(program, 20.0) == 0
    program.set_option('limit', None)
    assert _run(program, 20.0) == 1


def test_a_reset_forgets():
    program = $cls()
    assert _run(program, 20.0) == 1
    program.reset()
    assert _run(program, 0.0) == 0
'''

USE = """In the parameter file of the node:

```yaml
/**:
  ros__parameters:
    tasks: [counter]
    counter.program: $name            # without an installation: $name:$cls
    counter.topic: /topic
    counter.topic_type: std_msgs/msg/Float32
    counter.deadline_ms: 100.0
    counter.limit: 3.0
```
"""
