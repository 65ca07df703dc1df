# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Explanations: in a run that is known, what saves a job is what must save it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from recorded import simulate
from recorded import TASKS

from edge_sched_ros.cli.commands.explain import explain
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.reporting.explaining.explain import Explainer
from edge_sched_ros.reporting.explaining.explain import find_job
from edge_sched_ros.reporting.explaining.explain import sentences
from edge_sched_ros.reporting.explaining.scored import scores_text
from edge_sched_ros.reporting.explaining.worst import worst_jobs
from edge_sched_ros.reporting.timeline import Slice
from edge_sched_ros.reporting.timeline import timeline
from edge_sched_ros.simulation.rerun.change import Change
from edge_sched_ros.simulation.rerun.change import only_unit
from edge_sched_ros.simulation.rerun.rerun import Reruns
from edge_sched_ros.tracing.run import read_run

#: two tasks of 20 ms on one unit, of which the second has 30 ms: it is late by 10
TWO = {
    'units': {'gpu0': {'kind': 'gpu'}, 'dla0': {'kind': 'dla'}},
    'transitions': [],
    'networks': {
        'first': {'stages': [{'name': 'infer', 'cost': {'gpu': 20}}]},
        'second': {
            'variants': {
                'full': {'stages': [{'name': 'infer', 'cost': {'gpu': 20, 'dla': 35}}]},
                'small': {'accuracy': 0.9, 'stages': [{'name': 'infer', 'cost': {'gpu': 5}}]},
            }
        },
    },
    'streams': {'camera': {'period_ms': 100, 'phase_ms': 1}},
    'tasks': {
        'first': {'stream': 'camera', 'network': 'first', 'deadline_ms': 25},
        'second': {'stream': 'camera', 'network': 'second', 'deadline_ms': 30},
    },
    'latency_cv': 0,
}


@pytest.fixture
def two(tmp_path):
    simulate(tmp_path / 'two.trace', policy='edf', seconds=0.35, **TWO)
    return tmp_path / 'two.trace'


def test_a_known_miss_is_told_with_what_saves_it(two):
    run = read_run(two)
    (job, *_) = worst_jobs(run, 5)
    found = Explainer(run).explain(job)
    assert found.end == (
        f'Job {job.job} (second, frame 0 of camera) was late: it took 35.0 ms and had 30.0 ms.'
    )
    assert found.story == (
        'For infer the policy compared slack in ms: first 0 5.0; second 1 10.0.',
        'infer ran 35.0 ms on dla0.',
    )
    assert found.choices == (
        'gpu0: busy with first infer for another 20.0 ms; infer takes 20.0 ms there and ends '
        '10.0 ms after the deadline',
        'dla0: idle; infer takes 35.0 ms there and ends 5.0 ms after the deadline',
    )
    assert found.saving == (
        'second as variant small (answer after 25.0 ms)',
        'a deadline of 37.5 ms for second (answer after 35.0 ms)',
        'one more GPU (like gpu0) (answer after 20.0 ms)',
    )
    assert 'infer of second on gpu0' in found.not_saving
    assert 'camera at half the rate' in found.not_saving
    text = '\n'.join(sentences(found))
    assert 'On time with: second as variant small' in text


def test_unchanged_runs_end_as_recorded(tmp_path):
    simulate(tmp_path / 'run.trace', seconds=2.0)
    run = read_run(tmp_path / 'run.trace')
    reruns = Reruns(run)
    jobs = list(run.jobs.values())[::7]
    for job in jobs:
        ended = reruns.end_of(job, Change('none', ''))
        assert (ended.outcome, ended.reason) == (job.outcome, job.reason)
        assert ended.response_ns == pytest.approx(job.response_ns, abs=2000)


@pytest.mark.parametrize('policy', ['edf', 'edf+drop', 'dream', 'horizon'])
def test_an_overload_is_simulated_again_as_it_was(tmp_path, policy):
    path = tmp_path / 'run.trace'
    simulate(path, policy=policy, seconds=4.0, streams={'camera': {'period_ms': 14}})
    run = read_run(path)
    reruns = Reruns(run)
    jobs = [job for job in run.jobs.values() if job.missed][-60::9]
    assert jobs
    for job in jobs:
        ended = reruns.end_of(job, Change('none', ''), reruns.frames_before(job))
        assert (ended.outcome, ended.reason) == (job.outcome, job.reason)
        assert ended.response_ns == pytest.approx(job.response_ns, abs=2000)


def test_a_miss_that_queues_of_long_before_led_to_is_explained(tmp_path, monkeypatch):
    path = tmp_path / 'run.trace'
    simulate(path, policy='dream', seconds=4.0, streams={'camera': {'period_ms': 14}})
    run = read_run(path)
    monkeypatch.setattr('edge_sched_ros.reporting.explaining.explain.FRAMES_BEFORE', 1)
    jobs = [job for job in run.jobs.values() if job.missed][-40:]
    near = [Explainer(run, far=0).explain(job) for job in jobs]
    far = [Explainer(run).explain(job) for job in jobs]
    assert any('Nothing was tried' in found.note for found in near)
    assert not any(found.note for found in far)


@pytest.mark.parametrize('policy', ['dream', 'edf+drop'])
def test_what_the_policy_compared_is_told_in_its_order(tmp_path, policy):
    path = tmp_path / 'run.trace'
    simulate(path, policy=policy, seconds=2.0, streams={'camera': {'period_ms': 14}})
    run = read_run(path)
    several = 0
    for job in run.jobs.values():
        for scores in filter(None, [job.scores, *(stage.scores for stage in job.stages)]):
            told = scores_text(scores, run.jobs, job.job).partition(': ')[2]
            numbers = [float(option.rpartition(' ')[2]) for option in told.split('; ')]
            assert numbers == sorted(numbers, reverse=scores['of'] == 'map_score')
            several += len(set(numbers)) > 1
    assert several > 20


def test_a_unit_without_a_recorded_time_takes_that_of_its_kind_and_never_none(tmp_path):
    path = tmp_path / 'run.trace'
    simulate(
        path,
        seconds=0.25,
        policy='edf',
        units={'cpu0': {'kind': 'cpu'}, 'cpu1': {'kind': 'cpu'}, 'gpu0': {'kind': 'gpu'}},
        transitions=[],
        networks={'one': {'stages': [{'name': 'infer', 'cost': {'cpu': 20, 'gpu': 30}}]}},
        streams={'camera': {'period_ms': 100}},
        tasks={'one': {'stream': 'camera', 'network': 'one', 'deadline_ms': 10}},
        latency_cv=0,
    )
    # as a node that has not measured its networks: it knows no cost when the file begins
    head, *lines = path.read_text().splitlines()
    data = json.loads(head)
    data['setup']['costs'] = []
    path.write_text('\n'.join([json.dumps(data), *lines, '']))
    run = read_run(path)
    first = next(iter(run.jobs.values()))
    (ran_on,) = {stage.unit for job in run.jobs.values() for stage in job.stages}
    assert ran_on.startswith('cpu')
    for unit in ('cpu0', 'cpu1'):
        ended = Reruns(run).end_of(first, only_unit('one', 'infer', unit))
        assert (ended.outcome, ended.response_ns) == ('late', 20_000_000)
    # nothing was ever measured on a GPU
    assert Reruns(run).end_of(first, only_unit('one', 'infer', 'gpu0')) is None


def test_a_run_without_misses_has_none_to_explain(tmp_path):
    tasks = {name: {**task, 'deadline_ms': 500} for name, task in TASKS['tasks'].items()}
    streams = {'camera': {'period_ms': 200}}
    simulate(tmp_path / 'run.trace', streams=streams, tasks=tasks, latency_cv=0)
    run = read_run(tmp_path / 'run.trace')
    assert worst_jobs(run, 5) == []
    answer = CliRunner().invoke(explain, [str(tmp_path / 'run.trace')])
    assert (answer.exit_code, 'missed its deadline' in answer.output) == (0, True)
    on_time = Explainer(run).explain(next(iter(run.jobs.values())))
    assert 'was on time' in on_time.end
    assert (on_time.saving, on_time.not_saving, on_time.note) == ((), (), '')


def test_every_kind_of_miss_comes_before_a_second_of_one(tmp_path):
    simulate(tmp_path / 'run.trace')
    run = read_run(tmp_path / 'run.trace')
    kinds = {(job.task, job.outcome, job.reason) for job in run.jobs.values() if job.missed}
    assert len(kinds) > 1
    found = worst_jobs(run, len(kinds))
    assert {(job.task, job.outcome, job.reason) for job in found} == kinds


def test_an_unknown_job_is_named(two):
    with pytest.raises(ConfigError, match=r'--job: .*two.trace has no job 77 \(it has 0 to 7\)'):
        find_job(read_run(two), 77)


def test_a_trace_that_was_cut_off_is_explained_and_called_so(two):
    whole = CliRunner().invoke(explain, [str(two), '--worst', '1'])
    assert (whole.exit_code, whole.stderr) == (0, '')
    two.write_text(''.join(two.read_text().splitlines(keepends=True)[:-1]))
    cut = CliRunner().invoke(explain, [str(two), '--worst', '1'])
    assert (cut.exit_code, cut.stdout) == (0, whole.stdout)
    assert cut.stderr == f'{two}: the trace was cut off, or the run goes on\n'


def test_the_command_prints_sentences_or_json(two):
    text = CliRunner().invoke(explain, [str(two), '--worst', '1'])
    assert text.exit_code == 0
    assert text.output.startswith('Job ')
    data = json.loads(CliRunner().invoke(explain, [str(two), '--worst', '1', '--json']).output)
    assert [one['task'] for one in data] == ['second']
    assert CliRunner().invoke(explain, [str(two), '--worst', '1', '--job', '1']).exit_code == 2


@pytest.mark.parametrize(
    ('policy', 'words'),
    [
        ('edf+drop', 'the policy compared slack in ms: '),
        ('dream', 'the policy compared scores, the greatest first: '),
        ('horizon', 'the policy compared costs of plans that start now: '),
    ],
)
def test_what_the_policy_compared_is_told(tmp_path, policy, words):
    path = tmp_path / 'run.trace'
    simulate(path, policy=policy)
    run = read_run(path)
    slices = [entry for entry in timeline(run) if isinstance(entry, Slice)]
    told = [entry.args.get('policy_compared', '') for entry in slices]
    assert sum(words.removeprefix('the policy compared ') in text for text in told) > 50
    explainer = Explainer(run)
    texts = [line for job in worst_jobs(run, 20) for line in sentences(explainer.explain(job))]
    assert any(words in text for text in texts)


def test_a_wait_for_an_earlier_frame_is_none_for_a_unit(tmp_path):
    path = tmp_path / 'run.trace'
    task = {'stream': 'camera', 'network': 'looks', 'deadline_ms': 15}
    streams = {'camera': {'period_ms': 5}}
    simulate(path, seconds=0.5, tasks={'one': task}, streams=streams, latency_cv=0.0)
    run = read_run(path)
    (job,) = worst_jobs(run, 1)
    told = ' '.join(sentences(Explainer(run).explain(job)))
    assert 'for an earlier frame of one (max_in_flight: 1): gpu0 ran one infer' in told
    assert 'for gpu0 or cpu0' not in told
