# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched profile``: measuring, going on, showing, mistakes."""

from __future__ import annotations

import json
import os
from itertools import count
from pathlib import Path

import pytest
import yaml
from networks import write_network
from profiles import cost
from profiles import profile_data
from raw_outputs import FLOAT
from raw_outputs import write_echo

from edge_sched_ros.cli.main import main
from edge_sched_ros.profiling import session
from edge_sched_ros.profiling.measure import OnUnit
from edge_sched_ros.profiling.profile_file import read_profile
from edge_sched_ros.profiling.writer_lock import only_writer
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.writing import system_data


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command in a folder with two simulated networks."""
    monkeypatch.chdir(tmp_path)
    for name in ('one', 'two'):
        write_network(tmp_path, name)

    def profile(*arguments):
        code = 0
        try:
            main(['profile', *arguments])
        except SystemExit as error:
            code = error.code
        out, error = capsys.readouterr()
        return code, out, error

    return profile


def _cpu0() -> str:
    return f'cpu{min(os.sched_getaffinity(0))}'


@pytest.fixture
def quick():
    return ('--units', _cpu0(), '--max-s', '0.05', '--share', '0.9')


@pytest.fixture
def steady(monkeypatch):
    """Have every measurement find a longer time than the last, equally sure of all."""
    found = count(1)

    def measured(bench, target, unit, limits, **_more):
        costs = cost(float(next(found)))
        costs['measured']['half_width_ms'] = 0.01
        return OnUnit({'infer': Cost.model_validate(costs)}, sure=True)

    monkeypatch.setattr(session, 'measure', measured)


def test_json(run, quick):
    code, out, _ = run('one.yaml', 'two.yaml', '-o', 'p.yaml', *quick, '--json')
    assert code == 0
    found = json.loads(out)
    assert found['format'] == 1 and set(found['networks']) == {'one', 'two'}
    assert found['units'] == {_cpu0(): {'kind': 'cpu'}}
    stages = found['networks']['one']['variants']['base']['stages']
    assert [stage['name'] for stage in stages] == ['preprocess', 'infer', 'postprocess']
    for stage in stages:
        assert list(stage['cost']) == [_cpu0()]
    infer = stages[1]['cost'][_cpu0()]
    # it waits for a millisecond
    assert infer['latency_ms'] >= 1.0 and infer['source'] == 'edge-sched profile'
    assert system_data(read_profile(Path('p.yaml'))) == found


def test_what_is_known_is_not_measured_again(run, quick, steady):
    assert run('one.yaml', '-o', 'p.yaml', *quick)[0] == 0
    before = read_profile(Path('p.yaml'))
    assert run('one.yaml', 'two.yaml', '-o', 'p.yaml', *quick)[0] == 0
    after = read_profile(Path('p.yaml'))
    assert after.networks['one'] == before.networks['one']
    assert 'two' in after.networks


def test_interrupted_it_leaves_a_usable_file_and_goes_on(run, quick, steady, monkeypatch):
    measure, names = session.measure, []

    def interrupted(bench, target, *arguments, **more):
        names.append(target.name)
        if target.name == 'two':
            raise KeyboardInterrupt
        return measure(bench, target, *arguments, **more)

    monkeypatch.setattr(session, 'measure', interrupted)
    code, out, error = run('one.yaml', 'two.yaml', '-o', 'p.yaml', *quick)
    assert (code, out) == (130, '')
    assert error.splitlines()[-1] == 'edge-sched: interrupted'
    assert set(read_profile(Path('p.yaml')).networks) == {'one'}
    monkeypatch.setattr(session, 'measure', measure)
    assert run('one.yaml', 'two.yaml', '-o', 'p.yaml', *quick)[0] == 0
    assert set(read_profile(Path('p.yaml')).networks) == {'one', 'two'}
    assert names == ['one', 'two']


def test_a_table_for_people(run, quick):
    code, out, _ = run('one.yaml', '-o', 'p.yaml', *quick)
    assert code == 0
    for word in ('one', 'infer', 'p50 ms', 'p.yaml'):
        assert word in out


def test_a_file_is_shown_and_drawn_without_measuring(run):
    text = yaml.safe_dump(profile_data())
    Path('p.yaml').write_text(text)
    code, out, error = run('-o', 'p.yaml', '--plot', 'p.html')
    assert (code, error) == (0, '')
    assert 'Board' in out and '<svg' in Path('p.html').read_text()
    assert Path('p.yaml').read_text() == text


def test_another_machines_file_is_not_mixed_with_this(run, quick):
    Path('p.yaml').write_text(yaml.safe_dump(profile_data()))
    code, out, error = run('one.yaml', '-o', 'p.yaml', *quick)
    assert (code, out) == (2, '')
    assert 'p.yaml: was not measured like this: machine.model was Board' in error
    assert '--again replaces it' in error
    assert run('one.yaml', '-o', 'p.yaml', *quick, '--again')[0] == 0
    assert set(read_profile(Path('p.yaml')).networks) == {'one'}


def test_corun_needs_two_units(run, quick):
    assert run('one.yaml', '-o', 'p.yaml', *quick, '--corun')[0] == 0
    assert read_profile(Path('p.yaml')).measured.pairs == ()


def test_a_picture_of_ones_own(run, quick):
    import cv2
    import numpy as np

    cv2.imwrite('wall.png', np.zeros((48, 64, 3), np.uint8))
    assert run('one.yaml', '-o', 'p.yaml', *quick, '--image', 'wall.png')[0] == 0
    assert read_profile(Path('p.yaml')).measured.picture == '64x48 wall.png'
    code, _, error = run('one.yaml', '-o', 'p.yaml', *quick)
    assert code == 2 and 'picture was 64x48 wall.png' in error


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        (['one.yaml'], '-o is needed'),
        (['-o', 'none.yaml'], 'none.yaml: cannot be read: No such file'),
        (['none.yaml', '-o', 'p.yaml'], "NETWORK: there is no file 'none.yaml'"),
        (['one.onnx', '-o', 'p.yaml'], 'one.onnx'),
        (['one.yaml', '-o', 'p.yaml', '--units', 'cpux'], "--units: 'cpux' is not a unit"),
        (['one.yaml', '-o', 'p.yaml', '--units', 'dla0'], "--units: 'dla0' cannot be used: "),
        (['one.yaml', '-o', 'p.yaml', '--share', '0'], '--share'),
        (['one.yaml', '-o', 'p.yaml', '--share', 'nan'], '--share'),
        (['one.yaml', '-o', 'p.yaml', '--max-s', '-1'], '--max-s'),
        (['one.yaml', '-o', 'p.yaml', '--plot', 'p.pdf'], 'must end in .png or .html'),
        (['one.yaml', '-o', 'p.yaml', '--image', 'none.png'], "'none.png' cannot be read"),
        (['one.yaml', '-o', 'p.yaml', '--image', 'one.yaml'], "'one.yaml' is not a picture"),
        (['one.yaml', '-o', 'one.yaml/p.yaml'], 'one.yaml/p.yaml: cannot be written'),
        (['one.yaml', 'same.yaml', '-o', 'p.yaml'], "has the same name 'one' as"),
    ],
)
def test_mistakes(run, arguments, problem):
    Path('other').mkdir()
    same = yaml.safe_load(Path('one.yaml').read_text())
    write_network(Path('other'), 'one')
    Path('same.yaml').write_text(yaml.safe_dump({**same, 'file': 'other/one.onnx'}))
    code, out, error = run(*arguments)
    assert (code, out) == (2, '')
    assert problem in error
    assert not Path('p.yaml').exists()
    assert len([line for line in error.splitlines() if 'edge-sched:' in line]) <= 1


def test_a_file_that_cannot_be_used_is_left_alone(run, quick):
    for text, problem in (
        ('format: 7\n', 'p.yaml: format: is 7; this can read format 1'),
        ('version: 1\nmachine: {cores: 2}\n', 'p.yaml: version: was written by an older edge-'),
        ('units: {cpu0: {}}\n', 'p.yaml: measured: is missing: no edge-sched profile wrote it'),
    ):
        Path('p.yaml').write_text(text)
        code, _, error = run('one.yaml', '-o', 'p.yaml', *quick, '--again')
        assert code == 2 and problem in error
        assert Path('p.yaml').read_text() == text


def test_a_file_another_process_measures_into_is_refused(run, quick):
    assert run('one.yaml', '-o', 'p.yaml', *quick)[0] == 0
    before = Path('p.yaml').read_text()
    with only_writer(Path('p.yaml')):
        code, out, error = run('two.yaml', '-o', 'p.yaml', *quick)
        assert run('-o', 'p.yaml')[0] == 0, 'showing it needs no lock'
    assert (code, out) == (2, '')
    assert error == (
        'edge-sched: p.yaml: is being written by another edge-sched profile: wait for its end\n'
    )
    assert Path('p.yaml').read_text() == before
    assert run('two.yaml', '-o', 'p.yaml', *quick)[0] == 0
    assert not list(Path().glob('.p.yaml*'))


def test_what_an_interrupted_command_leaves_is_told(run, quick, steady, monkeypatch):
    measure = session.measure

    def interrupted(bench, target, *arguments, **more):
        if target.name == 'two':
            raise KeyboardInterrupt
        return measure(bench, target, *arguments, **more)

    monkeypatch.setattr(session, 'measure', interrupted)
    error = run('one.yaml', 'two.yaml', '-o', 'p.yaml', *quick)[2]
    told = 'p.yaml has 1 of 2 measurements of this command; the same command'
    assert f'{told} goes on' in error
    error = run('one.yaml', 'two.yaml', '-o', 'p.yaml', *quick, '--again')[2]
    assert f'{told} without --again goes on' in error


def test_what_is_less_sure_than_asked_is_measured_again_and_nothing_else_is_told(run, steady):
    loose = ('--units', _cpu0(), '--share', '0.5')
    strict = ('--units', _cpu0(), '--share', '1e-9')
    assert run('one.yaml', 'two.yaml', '-o', 'p.yaml', *loose)[0] == 0
    before = read_profile(Path('p.yaml')).networks
    code, out, _ = run('one.yaml', '-o', 'p.yaml', *strict)
    after = read_profile(Path('p.yaml')).networks
    assert code == 0 and after['one'] != before['one'] and after['two'] == before['two']
    told = ' '.join(out[out.index('less precise than --share') :].split())
    assert f'one infer on {_cpu0()}' in told and 'two' not in told


def test_a_single_run_is_never_as_sure_as_asked(run):
    # over before the first run has ended
    no_time = ('--units', _cpu0(), '--max-s', '1e-6', '--share', '0.99')
    for _ in range(2):
        code, out, _ = run('one.yaml', '-o', 'p.yaml', *no_time)
        told = ' '.join(out[out.index('less precise than --share') :].split())
        assert code == 0 and f'one infer on {_cpu0()}' in told
    stages = read_profile(Path('p.yaml')).networks['one'].variants['base'].stages
    found = stages[1].cost[_cpu0()].measured
    assert (found.runs, found.half_width_ms, found.level) == (1, 0.0, 0.0)


@pytest.mark.parametrize(
    'options',
    [
        ['--image', 'one.png'],
        ['--again'],
        ['--variants', '--corun', '--energy'],
        ['--units', 'cpu0'],
        ['--share', '0.02'],
    ],
)
def test_options_for_measuring_are_refused_where_nothing_is_measured(run, options):
    Path('p.yaml').write_text(yaml.safe_dump(profile_data()))
    code, out, error = run('-o', 'p.yaml', *options)
    assert (code, out) == (2, '')
    for option in options:
        assert not option.startswith('--') or option in error


def test_corun_without_a_pair_is_told(run, quick):
    error = run('one.yaml', '-o', 'p.yaml', *quick, '--corun')[2]
    assert '--corun: no pair to measure' in error


def test_variants_no_unit_here_is_made_for_are_told(run, quick, caplog):
    accuracy = {'metric': 'mAP50', 'value': 0.5, 'source': 'a test'}
    data = yaml.safe_load(Path('one.yaml').read_text())
    light = {'name': 'light', 'file': 'one.onnx', 'kinds': ['dla'], 'accuracy': accuracy}
    data |= {'accuracy': accuracy, 'variants': [light]}
    Path('one.yaml').write_text(yaml.safe_dump(data))
    assert run('one.yaml', '-o', 'p.yaml', *quick, '--variants')[0] == 0
    assert 'one: variant light is made for dla only' in caplog.text
    assert list(read_profile(Path('p.yaml')).networks['one'].variants) == ['base']


def test_only_regular_files_are_read(run, quick):
    os.mkfifo('pipe.yaml')
    for arguments in (('one.yaml', '-o', 'pipe.yaml'), ('-o', 'pipe.yaml')):
        code, _, error = run(*arguments)
        assert code == 2 and 'pipe.yaml: is not a regular file' in error
    os.mkfifo('pipe.png')
    code, _, error = run('one.yaml', '-o', 'p.yaml', '--image', 'pipe.png')
    assert code == 2 and "'pipe.png' is not a regular file" in error


def test_a_network_itself_is_no_description_of_it(run):
    code, _, error = run('one.onnx', '-o', 'p.yaml')
    assert code == 2
    assert "NETWORK: 'one.onnx' is the network itself: give the YAML file" in error


def test_a_network_a_system_file_cannot_name_is_told_before_anything_is_measured(run, quick):
    data = yaml.safe_load(Path('one.yaml').read_text())
    Path('one.yaml').write_text(yaml.safe_dump({**data, 'name': 'my network'}))
    code, _, error = run('one.yaml', '-o', 'p.yaml', *quick)
    assert code == 2 and 'one.yaml: name: must be a letter, then' in error
    assert not Path('p.yaml').exists()


def test_a_network_that_needs_earlier_frames_is_measured_on_every_unit(run, tmp_path):
    pytest.importorskip('onnxruntime')
    parts = ['image', 'previous_image', {'from': 'previous_image', 'back': 2}]
    path = write_echo(
        tmp_path,
        {'x': ([1, 9, 6, 8], FLOAT)},
        input={'width': 8, 'height': 6},
        inputs={'x': {'from': 'stack', 'parts': parts}},
    )
    cores = [f'cpu{core}' for core in sorted(os.sched_getaffinity(0))[:2]]
    limits = ('--max-s', '0.05', '--share', '0.9', '--corun', '--corun-pairs', '1')
    code, _, error = run(str(path), '-o', 'found.yaml', '--units', ','.join(cores), *limits)
    assert code == 0, error
    network = system_data(read_profile(Path('found.yaml')))['networks']['echo']
    stages = network['variants']['base']['stages']
    assert all(set(stage['cost']) == set(cores) for stage in stages)
