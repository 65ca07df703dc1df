# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One writer at a time, whatever becomes of it."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading

import pytest
from children import run_together
from children import started
from children import TIMEOUT_S

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.profiling.writer_lock import only_writer

_HOLDER = """
import sys
from pathlib import Path
from edge_sched_ros.profiling.writer_lock import only_writer
with only_writer(Path(sys.argv[1])):
    print('held', flush=True)
    sys.stdin.read()
"""


def test_another_process_is_kept_out_until_it_is_gone(tmp_path):
    path = tmp_path / 'p.yaml'
    command = [sys.executable, '-c', _HOLDER, str(path)]
    with started(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b'held\n'
        with pytest.raises(ConfigError, match='another edge-sched profile'), only_writer(path):
            pass
        with only_writer(tmp_path / 'other.yaml'):
            pass
        # killed, it leaves its lock file, which keeps nobody out
        holder.kill()
        holder.wait(TIMEOUT_S)
    assert list(tmp_path.iterdir())
    with only_writer(path):
        pass
    assert not list(tmp_path.iterdir())


def test_two_are_never_in_at_once(tmp_path):
    path, inside, most, entered = tmp_path / 'p.yaml', [], [], []

    def enter():
        for _ in range(300):
            try:
                with only_writer(path):
                    inside.append(1)
                    most.append(len(inside))
                    inside.pop()
                    entered.append(1)
            except ConfigError:
                pass

    threads = [threading.Thread(target=enter) for _ in range(4)]
    run_together(*threads)
    assert entered and max(most) == 1


def test_a_folder_that_is_not_there_is_made(tmp_path):
    with only_writer(tmp_path / 'none' / 'p.yaml'):
        assert (tmp_path / 'none').is_dir()
    (tmp_path / 'file').touch()
    path = tmp_path / 'file' / 'p.yaml'
    with pytest.raises(ConfigError, match='cannot be written: '), only_writer(path):
        pass


def test_a_lock_removed_between_opening_and_locking_it_is_none(tmp_path, monkeypatch):
    path, real, calls = tmp_path / 'p.yaml', fcntl.flock, []

    def flock(handle, how):
        calls.append(handle)
        if len(calls) == 1:
            # who held it until now ends here
            (tmp_path / '.p.yaml.lock').unlink()
        real(handle, how)

    monkeypatch.setattr(fcntl, 'flock', flock)
    with only_writer(path):
        assert len(calls) == 2
        with pytest.raises(ConfigError, match='another edge-sched profile'), only_writer(path):
            pass
