# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A module of a user is imported only if no other user can have written it."""

from __future__ import annotations

import marshal
import py_compile
import sys
from pathlib import Path

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.plugins.own_code import load_reference


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return the folder of a package ``owncode`` that can be imported, with ``part.Thing``."""
    folder = tmp_path / 'owncode'
    folder.mkdir()
    (folder / '__init__.py').write_text('')
    (folder / 'helper.py').write_text('VALUE = 7\n')
    (folder / 'part.py').write_text(
        'from owncode.helper import VALUE\nclass Thing:\n    value = VALUE\n'
    )
    for one in (tmp_path, folder):
        one.chmod(0o755)
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    _forget()


def _forget():
    for name in [name for name in sys.modules if name.partition('.')[0] == 'owncode']:
        del sys.modules[name]


def load():
    return load_reference('owncode.part:Thing', 'engine')


def test_a_module_of_the_user_is_imported(package):
    finders = list(sys.meta_path)
    assert load().value == 7
    assert sys.meta_path == finders


@pytest.mark.parametrize('which', ['__init__.py', 'part.py', 'helper.py', '.', '..'])
def test_a_module_that_others_can_write_is_not_imported(package, which):
    (package / which).chmod(0o777)
    with pytest.raises(ConfigError, match='can be written by everybody') as found:
        load()
    assert found.value.where == 'engine'
    assert 'owncode.part: is not imported: ' in str(found.value)
    assert 'owncode.part' not in sys.modules
    assert not any(type(one).__name__ == '_TrustedFinder' for one in sys.meta_path)


def test_byte_code_that_others_can_write_is_made_again(package):
    cached = Path(py_compile.compile(str(package / 'helper.py')))
    evil = compile('VALUE = 666', 'evil', 'exec')
    cached.write_bytes(cached.read_bytes()[:16] + marshal.dumps(evil))
    assert load().value == 666, 'byte code is used'
    _forget()
    cached.chmod(0o666)
    assert load().value == 7


def test_compiled_code_that_others_can_write_is_not_opened(package):
    from importlib.machinery import EXTENSION_SUFFIXES

    file = package / f'native{EXTENSION_SUFFIXES[0]}'
    file.write_bytes(b'no ELF')
    file.chmod(0o666)
    with pytest.raises(ConfigError, match=r'native.* can be written by everybody'):
        load_reference('owncode.native:Thing', 'engine')


def test_modules_of_the_python_library_are_left_alone():
    assert load_reference('wsgiref.simple_server:WSGIServer', 'engine').__name__ == 'WSGIServer'
