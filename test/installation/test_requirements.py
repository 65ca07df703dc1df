# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the code imports is what ``package.xml`` and ``setup.py`` name, in the same versions."""

from __future__ import annotations

import ast
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from edge_sched_ros.installation.libraries import LIBRARIES

CHECKOUT = Path(__file__).resolve().parents[2]
#: come with others of the table
BROUGHT = {'urllib3': 'kubernetes', 'typing_extensions': 'pydantic'}
#: of the machine: what is missing of these is a fact with a reason, which the doctor tells
MACHINE = {'tensorrt', 'pycuda', 'cuda', 'vpi', 'jtop'}
#: topics of these are told apart, not taken
NAMED_ONLY = {'ffmpeg_image_transport_msgs', 'foxglove_msgs'}


def _imports():
    """Return what is imported by this package and its launch files -> one of the files."""
    found = {}
    for folder in ('edge_sched_ros', 'launch'):
        for file in (CHECKOUT / folder).rglob('*.py'):
            for node in _run_nodes(ast.parse(file.read_text())):
                for name in _names(node):
                    found.setdefault(name.partition('.')[0], file)
    return {
        name: file
        for name, file in found.items()
        if name not in sys.stdlib_module_names and name != 'edge_sched_ros'
    }


def _run_nodes(tree):
    """Walk over what is run: what only type checkers read is no need."""
    if isinstance(tree, ast.If) and getattr(tree.test, 'id', '') == 'TYPE_CHECKING':
        children = tree.orelse
    else:
        yield tree
        children = ast.iter_child_nodes(tree)
    for child in children:
        yield from _run_nodes(child)


def _names(node):
    """Return the modules a statement imports, by ``need`` and ``import_module``, too."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or '']
    if isinstance(node, ast.Call):
        called = getattr(node.func, 'id', getattr(node.func, 'attr', ''))
        if called in ('need', 'import_module'):
            return [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
    return []


def _setup():
    """Return the keyword arguments of ``setup.py`` that are lists of requirements."""
    tree = ast.parse((CHECKOUT / 'setup.py').read_text())
    (call,) = (n for n in ast.walk(tree) if getattr(getattr(n, 'func', None), 'id', '') == 'setup')
    keywords = {word.arg: word.value for word in call.keywords}
    return (
        ast.literal_eval(keywords['install_requires']),
        ast.literal_eval(keywords['extras_require']),
    )


def _package_needs():
    root = ET.parse(CHECKOUT / 'package.xml').getroot()
    return {entry.text for entry in root if entry.tag in ('depend', 'exec_depend')}


def _types_of_messages():
    """Return packages of message types that users' topics and files name by text."""
    text = ' '.join(
        file.read_text() for file in (CHECKOUT / 'edge_sched_ros' / 'pipeline').rglob('*.py')
    )
    return set(re.findall(r"'(\w+_msgs)/msg/", text)) - NAMED_ONLY


def test_every_import_is_a_need_of_the_package():
    needs = _package_needs()
    for name, file in _imports().items():
        if name in MACHINE or name in BROUGHT:
            continue
        library = LIBRARIES.get(name)
        if library is None:
            assert name in needs, f'{name}, which {file} imports, is not in package.xml'
        elif not library.extra:
            assert library.rosdep in needs, f'{name} of {file}: {library.rosdep}'
    assert _types_of_messages() <= needs


def test_what_launch_files_run_is_a_need_of_the_package():
    text = ' '.join(file.read_text() for file in (CHECKOUT / 'launch').glob('*.py'))
    commands = set(re.findall(r'\bros2 (\w+)', text))
    assert 'bag' in commands
    assert {f'ros2{command}' for command in ('launch', *commands)} <= _package_needs()


def test_setup_asks_for_the_versions_of_the_table():
    required, extras = _setup()
    asked = {None: required, **extras}
    for module, library in LIBRARIES.items():
        wanted = library.distributions[0] + library.versions
        assert wanted in asked[library.extra or None], f'{module}: {wanted}'
    together = set(asked.pop('all'))
    some = ('all', 'track', 'cuda', 'cuda-core', 'openvino', 'qnn')
    assert together == {one for name in extras if name not in some for one in extras[name]}
    count = sum(map(len, asked.values()))
    assert count == len(LIBRARIES), 'setup.py has a library that the table lacks'


def test_every_import_is_a_library_of_the_table():
    ros = {need for need in _package_needs() if not need.startswith('python3-')}
    for name, file in _imports().items():
        assert name in {*LIBRARIES, *BROUGHT, *MACHINE, *ros}, f'{name}, which {file} imports'


@pytest.mark.parametrize('distro', ['jazzy', 'kilted'])
def test_the_pinned_versions_fit(distro):
    from edge_sched_ros.installation.libraries import version_fits

    pins = (CHECKOUT / 'constraints' / f'{distro}.lock').read_text()
    common = (CHECKOUT / 'constraints' / 'common.txt').read_text()
    # for some computers alone, or to draw
    unpinned = ('matplotlib', 'onnxruntime_ep_openvino', 'onnxruntime_qnn', 'pycuda', 'cuda')
    for module, library in LIBRARIES.items():
        name = re.escape(library.distributions[0]).replace('_', '[-_]')
        found = re.search(rf'^{name}==(\S+)', pins + common, re.M | re.I)
        if module not in unpinned:
            assert found and version_fits(library, found[1]), module
