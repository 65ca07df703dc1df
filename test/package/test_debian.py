# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The Debian package asks for what ``package.xml`` and ``setup.py`` do, and ROS is left out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from children import TIMEOUT_S

from edge_sched_ros.installation.libraries import LIBRARIES

CHECKOUT = Path(__file__).resolve().parents[2]
# last: first, the checkout's root would shadow the installed package
sys.path.append(str(CHECKOUT))

from dev.debian.files import NAME  # noqa: E402
from dev.debian.files import write_debian  # noqa: E402
from dev.debian.needs import LEAST  # noqa: E402
from dev.debian.needs import read_package  # noqa: E402

PACKAGE = CHECKOUT / 'package.xml'


@pytest.fixture
def debian(tmp_path):
    write_debian(PACKAGE, tmp_path / 'debian')
    return tmp_path / 'debian'


def test_every_key_is_a_package_or_is_left_out():
    package = read_package(PACKAGE)
    keys = {
        entry.text
        for entry in ElementTree.parse(PACKAGE).getroot()
        if entry.tag in ('depend', 'exec_depend')
    }
    assert len(package.needs) + len(package.left_out) == len(keys)
    assert {'rclpy', 'sensor_msgs'} <= set(package.left_out)
    assert not any('pip' in need for need in package.needs)


def test_the_lowest_versions_are_those_of_pip():
    by_key = {one.rosdep: one for one in LIBRARIES.values() if one.rosdep}
    asked = [need.partition(' ')[0] for need in read_package(PACKAGE).needs]
    assert set(LEAST) == set(asked)
    for name, least in LEAST.items():
        library = by_key.get(name) or by_key[f'{name}-pip']
        assert library.versions.startswith(f'>={least.rpartition(":")[2]},'), name


def test_the_control_file_has_a_source_and_a_package(debian):
    text = (debian / 'control').read_text()
    source, package = text.split('\n\n')
    assert source.startswith(f'Source: {NAME}\n') and package.startswith(f'Package: {NAME}\n')
    assert 'python3-pydantic (>= 2)' in package
    # a field's next lines begin with a blank, and no line of a description is empty
    for line in text.splitlines():
        assert re.match(r'[A-Z][A-Za-z-]*: ?|$| \S', line), line
        assert len(line) <= 80
    assert os.access(debian / 'rules', os.X_OK)


def test_debians_own_tool_reads_the_change_log(debian):
    if shutil.which('dpkg-parsechangelog') is None:
        pytest.skip('dpkg-dev is not installed')
    done = subprocess.run(
        ['dpkg-parsechangelog', '-l', str(debian / 'changelog'), '-S', 'Version'],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0 and done.stderr == ''
    assert done.stdout.strip() == f'{read_package(PACKAGE).version}-1'


def test_the_dry_run_is_a_program_with_a_target():
    assert os.access(CHECKOUT / 'dev/debian/dry_run.sh', os.X_OK)
    assert 'dev/debian/dry_run.sh' in (CHECKOUT / 'Makefile').read_text()
