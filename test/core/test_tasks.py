# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks that cannot work are refused by name and key."""

from __future__ import annotations

import pytest
from harness import task

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.tasks import check_tasks
from edge_sched_ros.core.tasks import TaskSpec

UNITS = frozenset({'cpu0', 'cpu1'})


@pytest.mark.parametrize(
    ('tasks', 'message'),
    [
        ((task('a'), task('a')), "two tasks are named 'a'"),
        ((task('a', after='b'),), "a.after: there is no task named 'b'"),
        ((task('a', after='b'), task('b', after='a')), 'cascade is a loop: a -> b -> a'),
        ((task('a', after='a'),), 'cascade is a loop: a -> a'),
        ((task('a', units=('gpu0',)),), "unknown unit 'gpu0'"),
        ((task('a', units=()),), 'no unit of this device can run this stage'),
    ],
)
def test_tasks_that_do_not_go_together(tasks, message):
    with pytest.raises(ConfigError, match=message):
        check_tasks(tasks, UNITS)


@pytest.mark.parametrize('key', ['deadline_ns', 'every_n', 'queue_depth', 'max_in_flight'])
def test_numbers_must_be_positive(key):
    good = {'name': 'a', 'variants': task('a').variants, 'deadline_ns': 1, 'stream': 's'}
    assert TaskSpec(**good)
    with pytest.raises(ConfigError, match=r'^a\.' + key.replace('_ns', '_ms')):
        TaskSpec(**{**good, key: 0})


def test_a_task_needs_exactly_one_trigger():
    variants = task('a').variants
    for stream, after in (('', ''), ('camera', 'b')):
        with pytest.raises(ConfigError, match='not both'):
            TaskSpec(name='a', variants=variants, deadline_ns=1, stream=stream, after=after)
    with pytest.raises(ConfigError, match=r'a\.variants'):
        TaskSpec(name='a', variants=(), deadline_ns=1, stream='camera')
