# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A process with an abandoned thread ends with its exit code, and does not wait for the thread."""

from __future__ import annotations

import subprocess
import sys

import pytest

from edge_sched_ros.execution.leaving import code_of

PROGRAM = """
import atexit, threading
from edge_sched_ros.execution.leaving import leave
atexit.register(print, 'exit functions ran')
started = threading.Event()
def hang():
    started.set()
    threading.Event().wait()
threading.Thread(target=hang, name={name!r}, daemon=True).start()
started.wait()
print('written', end=' ')
leave(7)
print('not left')
"""


@pytest.mark.parametrize(
    ('name', 'code', 'text'),
    [
        ('unit-cpu0', 7, 'written exit functions ran\n'),
        ('own-reset', 7, 'written exit functions ran\n'),
        ('another', 0, 'written not left\nexit functions ran\n'),
    ],
)
def test_only_a_thread_in_a_call_ends_the_process_at_once(name, code, text):
    done = subprocess.run(
        [sys.executable, '-c', PROGRAM.format(name=name)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, text, '')


@pytest.mark.parametrize(('given', 'code'), [(None, 0), (3, 3), ('a text', 1)])
def test_the_code_of_an_exit_is_that_of_the_interpreter(given, code):
    assert code_of(SystemExit(given)) == code
