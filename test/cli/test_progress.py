# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Progress bars: they move with every step, know the time, and stay out of files."""

from __future__ import annotations

import io
import operator
import threading
import time

import pytest
from children import TIMEOUT_S
from rich.console import Console
from rich.progress import Task
from rich.progress import TaskID

from edge_sched_ros.cli.progress import progress_bar
from edge_sched_ros.cli.progress import Remaining
from edge_sched_ros.cli.progress import time_bar
from edge_sched_ros.simulation.pool import run_all


@pytest.mark.parametrize(
    ('elapsed_s', 'share', 'left'),
    [(0.0, 0.0, '-:--:--'), (9.0, 0.0, '-:--:--'), (1.0, 0.25, '0:00:03'),
     (100.0, 0.5, '0:01:40'), (100.0, 0.01, '2:45:00'), (7.0, 1.0, '0:00:00')],
)  # fmt: skip
def test_the_time_that_remains_is_known_from_the_first_step_on(elapsed_s, share, left):
    task = Task(TaskID(0), '4 runs', 1.0, share, _get_time=lambda: elapsed_s)
    task.start_time = 0.0
    assert Remaining().render(task).plain == left


def test_a_file_gets_no_bar():
    console = Console(file=io.StringIO())
    with progress_bar(console, '2 runs', 2) as done:
        done(1)
    assert console.file.getvalue() == ''


@pytest.mark.parametrize('jobs', [1, 2])
def test_every_run_moves_the_bar(jobs):
    told = []
    assert run_all(operator.neg, range(5), jobs=jobs, progress=told.append) == [0, -1, -2, -3, -4]
    assert told == [0.2, 0.4, 0.6, 0.8, 1.0]


def _shown(file, text):
    deadline = time.monotonic() + TIMEOUT_S
    while text not in file.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)
    return text in file.getvalue()


def test_a_search_shows_the_time_it_takes():
    file = io.StringIO()
    with time_bar(Console(file=file, force_terminal=True), 'planning', 1000.0, patience_s=0.0):
        assert _shown(file, 'of at most 1000 s') and 'planning' in file.getvalue()


@pytest.mark.parametrize(('terminal', 'patience_s'), [(True, 3600.0), (False, 0.0)])
def test_what_takes_a_moment_or_nobody_sees_has_no_time(terminal, patience_s):
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal)
    with time_bar(console, 'planning', 10.0, patience_s=patience_s):
        pass
    assert file.getvalue() == ''


def test_the_time_ends_with_an_error():
    console = Console(file=io.StringIO(), force_terminal=True)
    with pytest.raises(KeyboardInterrupt), time_bar(console, 'planning', 10.0, patience_s=0.0):
        raise KeyboardInterrupt
    assert not any(thread.name == 'time bar' for thread in threading.enumerate())
