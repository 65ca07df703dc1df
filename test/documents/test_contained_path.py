# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Relative paths in files stay in their folder, and those in packages in the package."""

from __future__ import annotations

import os

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents import contained_path
from edge_sched_ros.documents.contained_path import contained
from edge_sched_ros.documents.contained_path import relative_or_absolute
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.pipeline.settings.resources import find_file
from edge_sched_ros.system.loading import load_system


@pytest.mark.parametrize('name', ['a', 'a/b', './a', 'a/../b', 'none/b'])
def test_names_below_the_folder_are_taken(tmp_path, name):
    assert contained(name, tmp_path, 'file') == tmp_path / name


@pytest.mark.parametrize('name', ['..', '../a', 'a/../../b', './../a', '/etc/hostname'])
def test_names_that_leave_it_are_refused(tmp_path, name):
    with pytest.raises(ConfigError, match='leaves the folder') as found:
        contained(name, tmp_path, 'file')
    assert found.value.where == 'file'


def test_absolute_paths_are_for_those_who_write_the_file(tmp_path):
    assert str(relative_or_absolute('/a/b', tmp_path, 'file')) == '/a/b'
    with pytest.raises(ConfigError):
        relative_or_absolute('../b', tmp_path, 'file')


def test_links_of_other_users_are_not_followed(tmp_path, monkeypatch):
    (tmp_path / 'inside').mkdir()
    (tmp_path / 'inside' / 'link').symlink_to('/etc')
    # those of the user are: colcon makes them
    assert contained('inside/link/hostname', tmp_path, 'file')
    monkeypatch.setattr(contained_path, 'trusted_users', lambda: frozenset({os.geteuid() + 1}))
    with pytest.raises(ConfigError, match='by a link of another user'):
        contained('inside/link/hostname', tmp_path, 'file')


def test_package_paths_stay_in_the_package():
    with pytest.raises(ConfigError, match='leaves the folder') as found:
        find_file('package://edge_sched_ros/../../../etc/hostname', where='detector.network')
    assert found.value.where == 'detector.network'
    assert find_file('package://edge_sched_ros/models/detector.yaml', where='x').is_file()


def test_networks_and_system_files_name_nothing_outside_their_folder(tmp_path):
    (tmp_path / 'net.yaml').write_text(
        'file: ../net.onnx\ninput: {width: 8, height: 8}\ndecoder: yolox\n'
    )
    with pytest.raises(ConfigError, match=r"net\.yaml: file: '\.\./net\.onnx' leaves the folder"):
        load_network(tmp_path / 'net.yaml')
    (tmp_path / 'system.yaml').write_text('costs_from: ../../costs.yaml\n')
    with pytest.raises(ConfigError, match='leaves the folder'):
        load_system(tmp_path / 'system.yaml')
