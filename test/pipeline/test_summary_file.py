# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The summary of a run is written as a whole or not at all."""

from __future__ import annotations

import errno
import json
import os

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.health.summary_file import write_account
from edge_sched_ros.pipeline.settings.resources import check_own_file


def test_a_full_disk_keeps_the_summary_from_before(tmp_path, monkeypatch):
    file = tmp_path / 'summary.json'
    write_account(str(file), {'run': 1})

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, 'fsync', full)
    with pytest.raises(ConfigError, match=r'summary_file: .* cannot be written: No space left'):
        write_account(str(file), {'run': 2})
    assert json.loads(file.read_text()) == {'run': 1}
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_and_a_pipe_is_not_replaced(tmp_path):
    link, target = tmp_path / 'link.json', tmp_path / 'target.json'
    link.symlink_to(target)
    write_account(str(link), {'run': 1})
    assert link.is_symlink() and json.loads(target.read_text()) == {'run': 1}
    write_account('/dev/null', {'run': 2})
    assert not os.path.isfile('/dev/null')


def test_a_pipe_without_a_reader_is_an_error_and_with_one_gets_the_summary(tmp_path):
    pipe = tmp_path / 'pipe'
    os.mkfifo(pipe)
    with pytest.raises(ConfigError, match=r'summary_file: cannot write .*pipe: No such device'):
        write_account(str(pipe), {'run': 1})
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_account(str(pipe), {'run': 2})
        assert json.loads(os.read(reader, 1000)) == {'run': 2}
    finally:
        os.close(reader)


def test_a_file_that_is_replaced_must_be_a_regular_one(tmp_path):
    pipe, file = tmp_path / 'pipe', tmp_path / 'state.json'
    os.mkfifo(pipe)
    file.touch()
    for name in (str(pipe), '/dev/null'):
        with pytest.raises(ConfigError, match=r'state_file: .* is not a regular file'):
            check_own_file(name, 'state_file')
    for name in ('', str(file), str(tmp_path / 'new.json')):
        check_own_file(name, 'state_file')
