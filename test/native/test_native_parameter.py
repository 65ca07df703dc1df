# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parameter ``native``: what is told where the native data path is not used."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.input_spec import InputSpec
from edge_sched_ros.execution.isolation import process
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.native import loading
from edge_sched_ros.perception.programs import native_steps
from edge_sched_ros.perception.trackers.registry import tracker_classes
from edge_sched_ros.perception.trackers.registry import tracker_name
from edge_sched_ros.pipeline.assemble import assemble
from edge_sched_ros.pipeline.health.levels import OK
from edge_sched_ros.pipeline.health.machine_report import machine_report
from edge_sched_ros.pipeline.health.native_health import native_health
from edge_sched_ros.pipeline.health.native_health import native_steps_of
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig

_MISSING = loading.Loaded(None, 'was not built: install a compiler')


@pytest.fixture(autouse=True)
def not_built(monkeypatch):
    """Let the extension module be missing."""
    monkeypatch.delenv(loading.VARIABLE, raising=False)
    monkeypatch.setattr(loading._Mode, 'chosen', 'auto')
    monkeypatch.setattr(loading, 'load', lambda: _MISSING)


def test_requiring_it_ends_assembling_with_the_key():
    config = PipelineConfig(tasks=(), native='require')
    with pytest.raises(ConfigError, match=r'^native: required, but .* was not built'):
        assemble(config, Machine((), (), ()))


def test_other_words_are_refused_by_name():
    with pytest.raises(ConfigError, match=r'^native: .*maybe'):
        from_parameters({'tasks': ['a'], 'native': 'maybe'})


def test_the_reason_is_told_and_no_warning():
    (line,) = native_health(loading.why_not())
    assert (line.level, line.message) == (OK, 'not used: it was not built: install a compiler')
    assert native_health('')[0].message == 'in use'


def test_native_steps_of_own_programs_cannot_break_the_report():
    class Raises:
        @property
        def native_steps(self):
            raise SystemExit

    named = SimpleNamespace(native_steps=('decoding', 'tracking'))
    none, odd = SimpleNamespace(), SimpleNamespace(native_steps=7)
    programs = {'a': none, 'b': Raises(), 'c': named, 'd': odd}
    assert native_steps_of(programs) == {'c': 'decoding, tracking'}


class _Preprocessor:
    name = 'vpi'


class _Linear(_Preprocessor):
    def why_not_native(self, made):
        return '' if made.interpolation == 'linear' else f'interpolation: {made.interpolation}'


def test_steps_in_python_tell_the_reason(monkeypatch):
    monkeypatch.setattr(native_steps, 'why_not', lambda: '')
    native, own = SimpleNamespace(is_native=True), SimpleNamespace()
    area, linear = InputSpec(8, 8, interpolation='area'), InputSpec(8, 8)
    for preprocessors, made, decoder, told in (
        ([_Preprocessor(), _Linear()], linear, native, ()),
        ([_Preprocessor()], linear, native, ('preprocessing (vpi does it)',)),
        ([_Linear()], area, native, ('preprocessing (interpolation: area)',)),
        ([_Linear()], linear, own, ('decoding (ssd has no native form)',)),
    ):
        steps = native_steps.steps_of(preprocessors, made, decoding=('ssd', decoder))
        assert native_steps.python_steps(steps) == told
        assert len(native_steps.native_steps(steps)) == 2 - len(told)


def test_without_the_module_all_steps_have_one_reason():
    steps = native_steps.steps_of([_Linear()], InputSpec(8, 8), decoding=('ssd', None))
    reason = f'the native data path {_MISSING.reason}'
    assert native_steps.python_steps(steps) == (f'preprocessing, decoding ({reason})',)
    assert native_steps.native_steps(steps) == ()


def test_trackers_are_told_by_the_name_of_the_parameter():
    assert tracker_name(tracker_classes()['bytetrack']) == 'bytetrack'
    assert tracker_name(_Linear) == '_Linear'


def test_the_doctor_tells_the_reason():
    assert machine_report()['native'] == {'available': False, 'reason': _MISSING.reason}


@pytest.mark.parametrize(('mode', 'told'), [('off', 'off'), ('auto', None)])
def test_processes_of_tasks_choose_the_same(mode, told, monkeypatch):
    given = {}
    monkeypatch.setattr(process.subprocess, 'Popen', lambda *_, **kinds: given.update(kinds))
    monkeypatch.setattr(process, 'module_command', lambda *_: [])
    loading.use(mode)
    process._start('module', SimpleNamespace(fileno=lambda: 3), SimpleNamespace(fd=4), 5, {})
    assert given['env'].get(loading.VARIABLE) == told
