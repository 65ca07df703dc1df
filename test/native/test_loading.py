# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Loading the extension module: used where it fits, otherwise one line that says why not."""

from __future__ import annotations

import re
import sys
import sysconfig
from pathlib import Path
from types import SimpleNamespace

import pytest

import edge_sched_ros
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.native import loading

_NAME = 'edge_sched_ros._native'
_MODULE_SOURCE = Path(__file__).parents[2] / 'native' / 'src' / 'module.cpp'


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Load anew in every test, and leave nothing of it behind."""
    monkeypatch.delenv(loading.VARIABLE, raising=False)
    monkeypatch.delitem(sys.modules, _NAME, raising=False)
    monkeypatch.setattr(loading._Mode, 'chosen', 'auto')
    loading.load.cache_clear()
    yield
    loading.load.cache_clear()


def _only_in(folder: Path, monkeypatch) -> Path:
    """Let the package be found with this folder in place of where it was installed."""
    monkeypatch.setattr(edge_sched_ros, '__path__', [str(folder)])
    return folder


def _with_module(monkeypatch, **members):
    monkeypatch.setitem(sys.modules, _NAME, SimpleNamespace(**members))


def test_the_sources_and_the_loader_agree_on_the_interface():
    found = re.search(r'"INTERFACE"\) = (\d+);', _MODULE_SOURCE.read_text())
    assert int(found[1]) == loading.INTERFACE


def test_a_module_of_this_version_is_used(monkeypatch):
    _with_module(monkeypatch, INTERFACE=loading.INTERFACE)
    loading.use('require')
    assert loading.extension() is sys.modules[_NAME]
    assert loading.why_not() == ''


def test_a_module_of_another_version_is_not_used(monkeypatch):
    _with_module(monkeypatch, INTERFACE=0)
    assert loading.extension() is None
    assert loading.why_not() == (
        f'was built from another version of the package (0, not {loading.INTERFACE}): '
        'build the package again'
    )


def test_a_package_built_without_it_says_what_to_install(tmp_path, monkeypatch):
    _only_in(tmp_path, monkeypatch)
    assert loading.extension() is None
    assert loading.why_not().startswith('was not built: install pybind11-dev')


def test_a_module_of_another_python_is_named(tmp_path, monkeypatch):
    (_only_in(tmp_path, monkeypatch) / '_native.cpython-30-vax.so').touch()
    assert loading.why_not() == (
        'was built for another Python (_native.cpython-30-vax.so): build the package again'
    )


def test_a_library_that_does_not_load_is_one_line(tmp_path, monkeypatch):
    suffix = sysconfig.get_config_var('EXT_SUFFIX')
    (_only_in(tmp_path, monkeypatch) / f'_native{suffix}').write_bytes(b'\x7fELF cut off')
    assert loading.extension() is None
    why = loading.why_not()
    assert why.startswith('cannot be loaded (') and why.isprintable()


def test_requiring_what_is_missing_names_the_key(tmp_path, monkeypatch):
    _only_in(tmp_path, monkeypatch)
    with pytest.raises(ConfigError, match=r'^native: required, but .* was not built: install'):
        loading.use('require')
    assert loading._Mode.chosen == 'auto'


def test_the_parameter_switches_it_off(monkeypatch):
    _with_module(monkeypatch, INTERFACE=loading.INTERFACE)
    loading.use('off')
    assert loading.extension() is None
    assert loading.why_not() == 'is switched off (native: off)'


@pytest.mark.parametrize('text', ['off', 'OFF', ' Off '])
def test_the_variable_switches_it_off_and_contradicts_require(text, monkeypatch):
    _with_module(monkeypatch, INTERFACE=loading.INTERFACE)
    monkeypatch.setenv(loading.VARIABLE, text)
    assert loading.extension() is None
    with pytest.raises(ConfigError, match='EDGE_SCHED_NATIVE=off'):
        loading.use('require')


def test_the_variable_requires_it_unless_the_parameter_says_off(tmp_path, monkeypatch):
    _only_in(tmp_path, monkeypatch)
    monkeypatch.setenv(loading.VARIABLE, 'Require')
    with pytest.raises(ConfigError, match=r'^EDGE_SCHED_NATIVE: required, but .* was not built'):
        loading.use('auto')
    loading.use('off')


@pytest.mark.parametrize('text', ['0', 'no\nthing', 'on'])
def test_other_words_in_the_variable_are_refused_in_a_line(text, monkeypatch):
    _with_module(monkeypatch, INTERFACE=loading.INTERFACE)
    monkeypatch.setenv(loading.VARIABLE, text)
    with pytest.raises(ConfigError, match=r'^EDGE_SCHED_NATIVE: .* is none of auto, off'):
        loading.use('auto')
    assert loading.extension() is None
    assert loading.why_not().startswith('is not used (EDGE_SCHED_NATIVE=')
