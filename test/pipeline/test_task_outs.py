# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Own code that fails outside of a job: its task is out with the reason, the others run."""

from __future__ import annotations

import threading

import pytest
from children import TIMEOUT_S
from images import frame

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.health.health import ERROR
from edge_sched_ros.pipeline.health.health import examine
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.health.status import summary
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters

GOOD = """
class Good:
    stages, stateful, output = ('s',), False, 'none'
    def __init__(self, **options): ...
    def run(self, stage, context): return 1
    def set_option(self, name, value): ...
    def reset(self): ...
    def close(self): ...
"""
#: what is spoilt -> the code of the module, and what the reason says
AT_THE_START = {
    'import': ('raise KeyError("camera")', 'cannot be imported: KeyError'),
    'import_exits': ('import sys; sys.exit(3)', 'cannot be imported: SystemExit: 3'),
    'import_stops': ('raise GeneratorExit', 'cannot be imported: GeneratorExit'),
    'import_interrupts': ('raise KeyboardInterrupt', 'cannot be imported: KeyboardInterrupt'),
    'constructor': (
        GOOD.replace('**options): ...', '**options): raise SystemExit'),
        'cannot be made: SystemExit',
    ),
    'output': (
        GOOD.replace("= ('s',), False, 'none'", "= ('s',), False, property(lambda self: 1 / 0)"),
        'cannot be made: ZeroDivisionError',
    ),
    'output_kind': (GOOD.replace("'none'", '5'), 'output must be a text, not int'),
    'labels': (
        GOOD + '    labels = property(lambda self: exit(4))\n',
        'its attributes cannot be read: SystemExit: 4',
    ),
    'labels_kind': (GOOD + '    labels = 5\n', "TypeError: 'int' object is not iterable"),
    'score_threshold': (
        GOOD + '    score_threshold = property(lambda self: {}[1])\n',
        'its attributes cannot be read: KeyError',
    ),
}
#: attributes that can be read only so often
LATER = """
    reads = 0
    @property
    def labels(self):
        self.reads += 1
        if self.reads > 1:
            raise SystemExit(5)
        return ['a']
"""


class Ends(list):
    """Collects ended jobs."""

    def __init__(self):
        super().__init__()
        self._changed = threading.Condition()

    def __call__(self, end):
        with self._changed:
            self.append(end)
            self._changed.notify_all()

    def wait_for(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: len(self) >= count, TIMEOUT_S), list(self)


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Return a function that loads a good task and a bad one; it returns pipeline and ends."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / 'outs_good.py').write_text(GOOD)
    pipelines = []

    def _load(module, code, tasks=('good', 'bad')):
        (tmp_path / f'{module}.py').write_text(code)
        kind = {'good': 'outs_good:Good', 'bad': f'{module}:Good'}
        parameters = {'tasks': list(tasks)}
        for task in tasks:
            parameters |= {
                f'{task}.program': kind[task],
                f'{task}.topic': 'camera',
                f'{task}.deadline_ms': 600_000,
            }
        ends = Ends()
        pipeline = Pipeline(from_parameters(parameters), on_end=ends)
        pipeline.load()
        pipelines.append(pipeline)
        return pipeline, ends

    yield _load
    for pipeline in pipelines:
        pipeline.unload()


def _line(pipeline, task):
    status = pipeline.status()
    found = examine(status, rates_between(status, status), Limits(10**18, 10**18))
    return next(line for line in found if line.name == task)


@pytest.mark.parametrize('kind', AT_THE_START)
def test_a_program_that_cannot_be_made_leaves_its_task_out(load, caplog, monkeypatch, kind):
    # as in a node, which handles signals otherwise
    monkeypatch.setattr('edge_sched_ros.plugins.interrupts._interrupts.raised', False)
    code, reason = AT_THE_START[kind]
    pipeline, ends = load(f'outs_{kind}', code)
    pipeline.start()
    pipeline.submit(frame(seq=1))
    ends.wait_for(1)
    line = _line(pipeline, 'bad')
    assert line.level == ERROR and line.message.startswith('out: bad.program: ')
    assert reason in line.message and reason in caplog.text
    with pytest.raises(ConfigError, match=r'bad\.enabled: the task is out: '):
        pipeline.change_task('bad', {'enabled': True})
    pipeline.stop()
    assert [(end.task, end.outcome) for end in ends] == [('good', 'on_time')]
    assert summary(pipeline.status())['tasks']['bad']['released'] == 0


def test_an_attribute_that_raises_later_is_left_out_with_a_line(load, caplog):
    pipeline, _ = load('outs_later', GOOD + LATER)
    assert (pipeline.labels_of('bad'), pipeline.threshold_of('bad')) == ((), 0.0)
    assert 'bad: the labels of its program cannot be read: SystemExit: 5' in caplog.text


def test_when_no_task_is_left_loading_fails_with_the_reason(load):
    with pytest.raises(ConfigError, match=r'bad\.program: .*cannot be imported: KeyError'):
        load('outs_alone', AT_THE_START['import'][0], tasks=('bad',))


def test_a_wrong_name_is_still_refused(load, tmp_path):
    with pytest.raises(ConfigError, match="has no 'Good'"):
        load('outs_nothing', 'class Better: ...')


def test_a_task_is_out_until_its_reset_succeeds(load, caplog):
    code = GOOD.replace('reset(self): ...', 'reset(self): self.resets.pop()()')
    pipeline, ends = load('outs_reset', code)

    def leave():
        raise SystemExit

    program = pipeline._assembly.programs['bad']
    program.resets = [lambda: None, leave, leave]
    pipeline.start()
    assert _line(pipeline, 'bad').message == 'out: its reset failed: SystemExit'
    with pytest.raises(ConfigError, match='the task is out'):
        pipeline.change_task('bad', {'enabled': True})
    pipeline.submit(frame(seq=1))
    ends.wait_for(1)
    pipeline.clock_jumped(-(10**9))  # fails again, not told again
    assert caplog.text.count('bad: out, the other tasks run on') == 1
    pipeline.source_restarted('camera')
    assert _line(pipeline, 'bad').message.startswith('0.0 results')
    pipeline.submit(frame(seq=2))
    ends.wait_for(3)
    pipeline.stop()
    assert sorted(end.task for end in ends) == ['bad', 'good', 'good']


def test_a_setting_that_its_program_cannot_take_is_refused(load):
    code = GOOD.replace('value): ...', 'value): raise SystemExit(name)')
    pipeline, _ = load('outs_option', code)
    with pytest.raises(ConfigError, match=r'bad\.gain: its program failed: SystemExit: gain'):
        pipeline.change_task('bad', {'gain': 1.0})
    assert pipeline.status().out == {}


def test_a_close_that_fails_does_not_keep_the_others_open(load, caplog, monkeypatch):
    pipeline, _ = load(
        'outs_close', GOOD.replace('close(self): ...', 'close(self): raise SystemExit')
    )
    programs, closed = pipeline._assembly.programs, []
    pipeline._assembly.programs['good'] = _Closing(programs['good'], closed)
    pipeline.unload()
    assert closed == ['good']
    assert 'bad: its close failed: SystemExit' in caplog.text


class _Closing:
    def __init__(self, program, closed):
        self.program, self.closed = program, closed

    def close(self):
        self.closed.append('good')
