# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What runs as code is read only where nobody else can have written it."""

from __future__ import annotations

import os
import pwd

import pytest

from edge_sched_ros.installation import trusted_files
from edge_sched_ros.installation.trusted_files import open_trusted
from edge_sched_ros.installation.trusted_files import read_trusted
from edge_sched_ros.installation.trusted_files import trusted_users
from edge_sched_ros.installation.trusted_files import UntrustedFileError
from edge_sched_ros.installation.trusted_files import VARIABLE


@pytest.fixture
def folder(tmp_path):
    """Return a folder for code, two levels below one of the user's own."""
    path = tmp_path / 'upper' / 'code'
    path.mkdir(parents=True)
    for one in (path, path.parent, tmp_path):
        one.chmod(0o755)
    (path / 'plan').write_bytes(b'code')
    (path / 'plan').chmod(0o644)
    return path


def test_a_file_of_the_user_is_read(folder):
    assert read_trusted(folder / 'plan') == b'code'


@pytest.mark.parametrize(
    ('which', 'mode', 'words'),
    [
        ('plan', 0o666, 'plan can be written by everybody'),
        ('.', 0o777, 'code can be written by everybody'),
        # also with the sticky bit: others could put a file beside it
        ('.', 0o1777, 'code can be written by everybody'),
        ('..', 0o777, 'upper can be written by everybody'),
    ],
)
def test_what_others_can_write_is_not_read(folder, which, mode, words):
    (folder / which).chmod(mode)
    with pytest.raises(UntrustedFileError, match=words):
        read_trusted(folder / 'plan')


def test_a_sticky_folder_further_up_is_no_harm(folder):
    folder.parent.chmod(0o1777)
    assert read_trusted(folder / 'plan') == b'code'


def test_a_link_leads_to_what_is_checked(folder, tmp_path):
    link = tmp_path / 'link'
    link.symlink_to(folder / 'plan')
    assert read_trusted(link) == b'code'
    (folder / 'plan').chmod(0o666)
    with pytest.raises(UntrustedFileError):
        read_trusted(link)


def test_a_link_that_is_put_there_after_it_was_resolved_is_not_followed(folder, monkeypatch):
    evil = folder.parent / 'evil'
    evil.write_bytes(b'evil')
    resolved = os.path.realpath(folder / 'plan')

    def swapped(path, *, strict=False):
        # another process is faster between looking and opening
        os.replace(folder / 'plan', folder / 'away')
        (folder / 'plan').symlink_to(evil)
        return resolved

    monkeypatch.setattr(trusted_files.os.path, 'realpath', swapped)
    with pytest.raises(OSError):
        read_trusted(folder / 'plan')


def test_what_is_no_regular_file_is_not_read_and_not_waited_for(folder):
    os.mkfifo(folder / 'pipe', 0o600)
    with pytest.raises(UntrustedFileError, match='not a regular file'):
        read_trusted(folder / 'pipe')
    with pytest.raises(OSError):
        read_trusted(folder)
    with pytest.raises(FileNotFoundError):
        read_trusted(folder / 'none')


def test_no_descriptor_is_left_open(folder):
    (folder / 'bad').write_bytes(b'')
    (folder / 'bad').chmod(0o666)
    before = len(os.listdir('/proc/self/fd'))
    for name in ('bad', 'none', 'plan'):
        try:
            os.close(open_trusted(folder / name))
        except OSError:
            pass
    assert len(os.listdir('/proc/self/fd')) == before


def _stat(**changed):
    found = os.stat('/')
    values = list(found)
    for name, value in changed.items():
        values[{'mode': 0, 'uid': 4, 'gid': 5}[name]] = value
    return os.stat_result(values)


def test_files_of_other_users_are_not_trusted_unless_named(folder, monkeypatch):
    other = 54321
    found = _stat(uid=other, mode=0o100644)
    with pytest.raises(UntrustedFileError, match=f'user {other}'):
        trusted_files._check(found, folder, trusted_users(), last=True)
    monkeypatch.setenv(VARIABLE, f'nobody-of-that-name, {other},')
    trusted_files._check(found, folder, trusted_users(), last=True)
    name = pwd.getpwuid(0).pw_name
    monkeypatch.setenv(VARIABLE, name)
    assert 0 in trusted_users() and other not in trusted_users()


def test_a_group_of_the_user_alone_may_write(folder, monkeypatch):
    """Debian and Ubuntu make such a group for every user, and files writable to it."""
    own = pwd.struct_passwd(('robot', 'x', 900, 900, '', '/', ''))
    mate = pwd.struct_passwd(('mate', 'x', 901, 901, '', '/', ''))
    by_name = {'robot': own, 'mate': mate}
    monkeypatch.setattr(trusted_files.pwd, 'getpwnam', by_name.__getitem__)

    def members(*names):
        entry = trusted_files.grp.struct_group(('robot', 'x', 900, list(names)))
        monkeypatch.setattr(trusted_files.grp, 'getgrgid', lambda _gid: entry)
        return trusted_files._is_of_one_user(900, frozenset({0, 900}))

    assert members() and members('robot') and not members('robot', 'mate')
    # a group of another user, or a common one
    assert not trusted_files._is_of_one_user(900, frozenset({0}))
    found = _stat(uid=900, gid=900, mode=0o100664)
    members()
    trusted_files._check(found, folder, frozenset({0, 900}), last=True)
    members('mate')
    with pytest.raises(UntrustedFileError, match='by a group'):
        trusted_files._check(found, folder, frozenset({0, 900}), last=True)
