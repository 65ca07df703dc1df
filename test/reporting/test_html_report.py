# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reports in a real browser: they need nothing else, say nothing wrong, and can be operated."""

from __future__ import annotations

import json

import pytest
from browser import CHROMIUM
from browser import opened
from click.testing import CliRunner
from recorded import simulate
from recorded import TASKS

from edge_sched_ros.cli.commands.report import report
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.reporting.html.charts import OUTCOME_COLOURS
from edge_sched_ros.reporting.html.figures_of_run import RunFigures
from edge_sched_ros.reporting.html.figures_of_run import TaskFigures
from edge_sched_ros.reporting.html.figures_of_run import verdict
from edge_sched_ros.reporting.html.figures_of_run import verdict_of_all
from edge_sched_ros.reporting.html.page import report as html_report
from edge_sched_ros.tracing.lives import OUTCOMES
from edge_sched_ros.tracing.run import read_run

pytest.importorskip('bokeh', reason='bokeh is not installed (extra report)')
READY = "document.documentElement?.dataset.ready === 'yes'"
_BROWSER = pytest.mark.skipif(CHROMIUM is None, reason='there is no chromium (apt: chromium)')


@pytest.fixture(scope='module')
def traces(tmp_path_factory):
    folder = tmp_path_factory.mktemp('traces')
    for policy in ('edf', 'edf+drop'):
        simulate(folder / f'{policy}.trace', policy=policy, seconds=2.0)
    return [folder / 'edf.trace', folder / 'edf+drop.trace']


@pytest.fixture(scope='module')
def page_file(traces):
    file = traces[0].parent / 'report.html'
    answer = CliRunner().invoke(report, [*map(str, traces), '-o', str(file)])
    assert answer.exit_code == 0, answer.output
    return file


def test_numbers_are_those_of_the_ledger(tmp_path):
    simulator = simulate(tmp_path / 'run.trace')
    figures = RunFigures(read_run(tmp_path / 'run.trace'))
    for name, account in simulator.dispatcher.ledger.tasks.items():
        task = figures.tasks[name]
        assert task.counts['on_time'] == account.on_time
        assert task.reasons == {**account.dropped, **account.failed}
        assert task.energy_mj == pytest.approx(account.energy_mj)
    for name, state in simulator.dispatcher.units.items():
        assert figures.units[name].energy_mj == pytest.approx(state.energy_mj)


def test_the_verdict_names_the_better_run(traces):
    figures = {file.stem: RunFigures(read_run(file)) for file in traces}
    best = max(figures, key=lambda name: figures[name].on_time_share)
    assert verdict_of_all(figures).startswith(f'{best} answered most jobs on time')


class _Figures:
    """Figures of a run with these counts of one task."""

    def __init__(self, reasons=(), **counts):
        task = TaskFigures('boxes', 50.0, {**dict.fromkeys(OUTCOMES, 0), **counts}, dict(reasons))
        self.tasks = {'boxes': task}
        self.ended, self.on_time = task.ended, counts.get('on_time', 0)
        self.on_time_share = task.on_time_share


@pytest.mark.parametrize(
    ('late', 'reasons', 'why'),
    [
        (50, {'overtaken': 30, 'superseded': 25}, 'late'),
        (29, {'overtaken': 30, 'superseded': 25}, 'overtaken'),
        (0, {'superseded': 1}, 'superseded'),
    ],
)
def test_the_verdict_names_the_most_frequent_reason(late, reasons, why):
    lost = sum(reasons.values())
    said = verdict(_Figures(reasons, on_time=9, late=late, dropped=lost))
    assert said.endswith(f'most often {why}.')


def test_a_run_in_which_nothing_ended_is_not_the_best():
    none, some = _Figures(unfinished=3), _Figures(on_time=1, late=1)
    assert verdict(none) == 'No job had ended.'
    assert verdict_of_all({'a': none, 'b': none}) == 'No job of any run had ended.'
    said = verdict_of_all({'none': none, 'some': some})
    assert said.startswith('some: 1 of 2 jobs (50.0%)')
    assert said.endswith('No job of none had ended.')


def test_a_task_without_a_job_has_no_share(tmp_path):
    simulate(tmp_path / 'run.trace', seconds=0.3)
    file = tmp_path / 'run.trace'
    head, _, rest = file.read_text().partition('\n')
    setup = json.loads(head)
    idle = {**setup['setup']['tasks'][0], 'name': 'idle'}
    setup['setup']['tasks'].append(idle)
    file.write_text(json.dumps(setup) + '\n' + rest)
    page = html_report([read_run(file)])
    assert '<td>idle</td><td></td><td>0</td>' in page


def test_what_a_trace_lacks_is_said(tmp_path):
    simulate(tmp_path / 'run.trace', seconds=0.5)
    whole = (tmp_path / 'run.trace').read_text()
    (tmp_path / 'run.trace').write_text(whole[: len(whole) // 2])
    file = tmp_path / 'report.html'
    answer = CliRunner().invoke(report, [str(tmp_path / 'run.trace'), '-o', str(file)])
    assert answer.exit_code == 0, answer.output
    assert 'run.trace: the trace was cut off' in answer.output


def test_the_colours_of_jobs_stand_above_the_chart(page_file):
    page = page_file.read_text()
    for name, colour in OUTCOME_COLOURS.items():
        assert f' style="background:{colour}"></i>{name}</span>' in page


@_BROWSER
@pytest.mark.parametrize(('width', 'dark'), [(1200, False), (1200, True), (390, False)])
def test_a_page_shows_without_complaints_and_asks_for_nothing(page_file, width, dark):
    with opened(page_file, width=width, dark=dark) as page:
        page.wait_for(READY)
        page.wait_for("document.querySelectorAll('.chart').length === 8")
        assert page.complaints == []
        assert [one for one in page.requests if one[:5] not in ('file:', 'data:', 'blob:')] == []
        # the page itself does not scroll sideways
        assert page.run('document.documentElement.scrollWidth') <= width
        back = page.run("model('range-0') && getComputedStyle(document.body).backgroundColor")
        assert back == ('rgb(20, 23, 26)' if dark else 'rgb(255, 255, 255)')


@_BROWSER
def test_controls_work_by_mouse(page_file):
    with opened(page_file) as page:
        page.wait_for(READY)
        begin, end = page.run("[model('range-0').start, model('range-0').end]")
        page.click('button[data-move="0.5"]')
        assert page.run("model('range-0').start") == pytest.approx((begin + end) / 2)
        page.click('button[data-zoom="0.5"]')
        width = page.run("model('range-0').end - model('range-0').start")
        assert width == pytest.approx((end - begin) / 2)
        page.click('button[data-window]')
        chosen = page.run("document.querySelector('button[data-window]').dataset.window")
        assert page.run("document.getElementById('window-0').value") == chosen
        shown = page.run(
            f"model('stages-0').data.text.length === WINDOWS[0][{chosen}].stages.text.length"
        )
        assert shown
        page.click('#theme')
        assert page.run('document.documentElement.dataset.theme') == 'dark'
        assert page.complaints == []


@_BROWSER
def test_controls_work_by_keyboard(page_file):
    with opened(page_file) as page:
        page.wait_for(READY)
        page.press('Tab')
        assert page.run('document.activeElement.id') == 'theme'
        page.press('Enter')
        assert page.run('document.documentElement.dataset.theme') == 'dark'
        page.run("document.getElementById('window-0').focus()")
        begin = page.run("model('range-0').start")
        page.press('ArrowDown')
        page.wait_for(f"model('range-0').start !== {begin}")
        at = page.run("model('range-0').start")
        page.press('Tab')
        assert page.run('document.activeElement.textContent') == 'Earlier'
        page.press(' ')
        assert page.run("model('range-0').start") < at
        page.run("document.querySelectorAll('summary')[1].focus()")
        page.press('Enter')
        page.wait_for("document.querySelectorAll('details')[1].open")
        assert page.complaints == []


def test_names_cannot_break_out_of_the_page(tmp_path):
    tasks = {name: dict(task) for name, task in TASKS['tasks'].items()}
    simulate(tmp_path / 'a<b>&.trace', seconds=0.3, tasks=tasks)
    text = (tmp_path / 'a<b>&.trace').read_text().replace('"camera"', '"</script><b>"')
    (tmp_path / 'a<b>&.trace').write_text(text)
    file = tmp_path / 'report.html'
    answer = CliRunner().invoke(report, [str(tmp_path / 'a<b>&.trace'), '-o', str(file)])
    assert answer.exit_code == 0, answer.output
    page = file.read_text()
    assert '</script><b>' not in page
    assert 'a&lt;b&gt;&amp;' in page


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        (['none.trace'], 'none.trace: cannot be read: No such file'),
        (['run.trace', '-o', '/dev/full'], '/dev/full: is not a regular file'),
        (['run.trace', '-o', 'run.trace'], 'run.trace: is a file this run reads'),
        (['run.trace'] * 9, 'RUNS: are 9; a page shows 8 at most'),
        (['empty.trace'], 'empty.trace: is not a trace: it is empty'),
        (['other.trace'], 'other.trace:1: trace: must be 3'),
        (['no_job.trace'], 'no_job.trace: has no job'),
    ],
)
def test_mistakes_are_one_line(tmp_path, monkeypatch, arguments, problem):
    monkeypatch.chdir(tmp_path)
    simulate(tmp_path / 'run.trace', seconds=0.2)
    (tmp_path / 'empty.trace').touch()
    (tmp_path / 'no_job.trace').write_text((tmp_path / 'run.trace').read_text().partition('\n')[0])
    (tmp_path / 'other.trace').write_text('{"trace":2}\n')
    answer = CliRunner().invoke(report, arguments)
    assert isinstance(answer.exception, ConfigError)
    assert str(answer.exception).startswith(problem)
