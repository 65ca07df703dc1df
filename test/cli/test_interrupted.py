# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C at any time is one line and exit code 130."""

from __future__ import annotations

import sys

import pytest
from children import finished

#: stands for a module that loads while Ctrl-C comes
_SLOW = """
import signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Finder())
sys.argv = ['edge-sched', 'doctor', '--help']
from edge_sched_ros.cli.main import main
main()
"""


#: of the standard library, and quick
_LIGHT = {'edge_sched_ros', '__future__'}


@pytest.mark.parametrize(
    'name', ['click', 'edge_sched_ros.cli.group', 'edge_sched_ros.core.errors']
)
def test_ctrl_c_while_modules_load(name):
    code = _SLOW.format(name=name)
    done = finished([sys.executable, '-c', code])
    # click begins a new line where it was running: a terminal shows ^C before it
    assert (done.returncode, done.stderr.lstrip()) == (130, 'edge-sched: interrupted\n')


def test_nothing_heavy_loads_before_it_can_be_answered():
    code = (
        'import sys; before = set(sys.modules); import edge_sched_ros.cli.main; '
        'print(*(name for name in set(sys.modules) - before if "." not in name))'
    )
    done = finished([sys.executable, '-c', code])
    assert set(done.stdout.split()) <= _LIGHT


#: stands for a compiled module, which swallows what is raised in it
_SWALLOWS = """
import signal, sys
from pathlib import Path
sys.path.insert(0, {folder!r})
Path({folder!r}, 'swallows.py').write_text('''
import signal
try:
    signal.raise_signal(signal.SIGINT)
    sum(range(1000))
except BaseException:
    pass
''')
from edge_sched_ros.cli import main
def run(arguments):
    import swallows
    import time
    time.sleep(60)
main._run = run
main.main()
"""


def test_ctrl_c_in_a_module_that_swallows_it_comes_after_the_module(tmp_path):
    done = finished([sys.executable, '-c', _SWALLOWS.format(folder=str(tmp_path))])
    # click begins a new line where it was running: a terminal shows ^C before it
    assert (done.returncode, done.stderr.lstrip()) == (130, 'edge-sched: interrupted\n')
