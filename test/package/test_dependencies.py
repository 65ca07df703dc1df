# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Dependencies: bounded, locked as they are installed, and their licences listed."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path

import pytest

packaging = pytest.importorskip('packaging.requirements', reason='packaging is not installed')

CHECKOUT = Path(__file__).resolve().parents[2]
CONSTRAINTS = CHECKOUT / 'constraints'
DISTROS = ('jazzy', 'kilted')


def _script():
    spec = importlib.util.spec_from_file_location('licences', CHECKOUT / 'dev' / 'licences.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


def pins(file):
    """Return what a file of constraints pins, with the files that it names."""
    found = {}
    for line in (CONSTRAINTS / file).read_text().splitlines():
        if line.startswith('-r '):
            found |= pins(line.removeprefix('-r '))
        elif line and not line.startswith('#'):
            requirement = packaging.Requirement(line)
            (one,) = requirement.specifier
            assert one.operator == '==', line
            found[SCRIPT.plain(requirement.name)] = one.version
    return found


@pytest.mark.parametrize('requirement', SCRIPT.declared(), ids=lambda one: one.name)
def test_every_range_has_both_ends_and_has_what_is_tested(requirement):
    operators = {one.operator for one in requirement.specifier}
    assert '>=' in operators and '<' in operators, requirement
    for distro in DISTROS:
        version = SCRIPT.locked(distro).get(SCRIPT.plain(requirement.name))
        # pictures are drawn where matplotlib is; nothing pins it
        assert version is None or requirement.specifier.contains(version), (distro, version)


@pytest.mark.parametrize('distro', DISTROS)
def test_the_lock_has_all_that_is_pinned(distro):
    lock = SCRIPT.locked(distro)
    missing = {
        name: version
        for name, version in pins(f'{distro}.txt').items()
        if lock.get(name) != version
    }
    assert missing == {}, f'make the lock of {distro} again: pip freeze of a new environment'


def _installed():
    """Return the environment's packages, and the distro that its lock is of."""
    names = {name: one.version for name, one in SCRIPT.installed().items()}
    (distro,) = [one for one in DISTROS if f'ros-{one}-rclpy' in names] or (None,)
    if distro is None:
        pytest.skip('this is not the environment of make setup')
    return names, distro


def test_the_environment_is_the_locked_one():
    names, distro = _installed()
    lock = SCRIPT.locked(distro)
    other = {name: (version, names.get(name)) for name, version in lock.items()}
    assert {name: both for name, both in other.items() if both[0] != both[1]} == {}
    # what a locked package needs is locked, too
    needed = SCRIPT.closure(map(packaging.Requirement, pins(f'{distro}.txt')))
    assert needed - set(lock) == set()


def test_the_page_lists_the_licence_of_every_package():
    _, distro = _installed()
    if distro != 'jazzy':
        pytest.skip('the page is of Jazzy')
    page = (CHECKOUT / 'docs' / 'licences.md').read_text()
    assert page == SCRIPT.page(), 'dev/env.sh python dev/licences.py > docs/licences.md'
    assert 'not said' not in page


def test_nothing_that_is_installed_with_the_package_wants_its_source_to_be_free():
    used = SCRIPT.closure(SCRIPT.declared())
    by_name = SCRIPT.installed()
    licences = {name: SCRIPT.licence(by_name[name]) for name in used if name in by_name}
    assert not {name: one for name, one in licences.items() if re.search(r'\bA?GPL', one)}


#: requirements whose rosdep key is not the name with python3- in front
_KEYS = {
    'onnxruntime': 'python3-onnxruntime-pip',
    'opencv-python-headless': 'python3-opencv',
    'pyyaml': 'python3-yaml',
    'rosbags': 'python3-rosbags-pip',
}


def test_rosdep_installs_what_pip_installs():
    setup = (CHECKOUT / 'setup.py').read_text()
    (required,) = re.findall(r'install_requires=(\[.*?\])', setup, re.DOTALL)
    wanted = {packaging.Requirement(one).name.lower() for one in ast.literal_eval(required)}
    text = (CHECKOUT / 'package.xml').read_text()
    keys = set(re.findall(r'<exec_depend>(python3-[^<]+)</exec_depend>', text))
    assert {_KEYS.get(name, f'python3-{name}') for name in wanted} == keys
    # it wants numpy below 2, and would hold back everything else
    assert 'norfair' not in text
