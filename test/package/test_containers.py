# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Dockerfiles and compose file: linted where the linters are, and what they name exists."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from children import TIMEOUT_S

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDER = CHECKOUT / 'config' / 'containers'
DOCKERFILES = [*sorted(FOLDER.glob('*.Dockerfile')), CHECKOUT / 'config/kubernetes/Dockerfile']
COMPOSE = FOLDER / 'compose.yaml'


def _linter(name):
    """Return a program of `make lint-containers`, which has it in the path."""
    program = shutil.which(name)
    if program is None:
        pytest.skip(f'{name} is not installed: make lint-containers')
    return program


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    assert done.returncode == 0, done.stdout + done.stderr


def _services():
    return yaml.safe_load(COMPOSE.read_text())['services']


@pytest.mark.parametrize('file', DOCKERFILES, ids=lambda file: file.name)
def test_a_dockerfile_has_nothing_to_lint(file):
    _run(_linter('hadolint'), str(file))


def test_the_compose_file_fits_its_schema():
    _run(_linter('check-jsonschema'), '--builtin-schema', 'vendor.compose-spec', str(COMPOSE))


@pytest.mark.parametrize('file', DOCKERFILES, ids=lambda file: file.name)
def test_what_a_dockerfile_copies_and_starts_exists(file):
    text = file.read_text()
    lines = text.splitlines()
    assert lines[0].startswith('# Copyright')
    for source in re.findall(r'^COPY (\S+) ', text, re.MULTILINE):
        assert (CHECKOUT / source).exists(), source
    for program in re.findall(r'"/ws/src/edge_sched_ros/([^"]+)"', text):
        assert os.access(CHECKOUT / program, os.X_OK), program
    # the command that the comment on top shows names this file
    assert any(str(file.relative_to(CHECKOUT)) in line for line in lines[:4])
    # nothing runs as root
    users = re.findall(r'^USER (\S+)', text, re.MULTILINE)
    assert users and users[-1].split(':')[0] not in ('0', 'root')


@pytest.mark.parametrize(('distro', 'old'), [('humble', 1), ('kilted', 1), ('lyrical', 0)])
def test_a_numpy_that_ros_was_not_compiled_for_is_not_installed(tmp_path, distro, old):
    text = (FOLDER / 'ros.Dockerfile').read_text()
    (step,) = re.findall(r'^RUN (case .*?esac)$', text, re.MULTILINE | re.DOTALL)
    for name in ('pip3', 'python3'):
        (tmp_path / name).write_text('#!/bin/sh\necho "${0##*/} $*"\n')
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ['/bin/bash', '-c', step],
        env={'PATH': str(tmp_path), 'ROS_DISTRO': distro},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0 and done.stderr == ''
    assert done.stdout.startswith('pip3 ' if old else 'python3 ')
    assert ('numpy<2' in done.stdout) is bool(old)


def test_the_compose_file_has_camera_scheduler_and_bridge():
    services = _services()
    assert set(services) == {'camera', 'scheduler', 'foxglove'}
    # one image for all; images of the camera come through shared memory
    assert len({one['image'] for one in services.values()}) == 1
    assert all(one['ipc'] == one['network_mode'] == 'host' for one in services.values())
    assert [name for name, one in services.items() if 'build' in one] == ['scheduler']


def _default(text):
    """Return a value of the compose file with all its variables unset."""
    return re.sub(r'\$\{\w+:-([^}]*)\}', r'\1', text)


def test_what_the_compose_file_names_exists():
    services = _services()
    build = services['scheduler']['build']
    context = FOLDER / build['context']
    assert (context / _default(build['dockerfile'])).is_file()
    (parameters, inside, _) = _default(services['scheduler']['volumes'][0]).split(':')
    assert (FOLDER / parameters).is_file()
    command = services['scheduler']['command']
    assert (CHECKOUT / 'launch' / command[3]).is_file()
    assert f'params_file:={inside}' in command
    # the camera's topic is the one that the parameter file reads
    read = yaml.safe_load((FOLDER / parameters).read_text())['/**']['ros__parameters']
    assert read['detector']['topic'] == 'camera/image_raw'
    assert '__ns:=/camera' in services['camera']['command']
    # what other packages start is installed by both Dockerfiles
    for service, package in (('camera', 'v4l2-camera'), ('foxglove', 'foxglove-bridge')):
        assert services[service]['command'][2].replace('_', '-') == package
        for file in FOLDER.glob('*.Dockerfile'):
            assert f'"ros-${{ROS_DISTRO}}-{package}"' in file.read_text(), (file, package)
