# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched simulate`` and ``compare`` with several devices."""

from __future__ import annotations

import json

import pytest
import yaml
from simulated_fleets import duo

from edge_sched_ros.api.runs import simulate
from edge_sched_ros.cli.main import main
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.fleet.simulator import FleetSimulator
from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.simulation.suite import scenarios
from edge_sched_ros.simulation.suite_file import load_suite
from edge_sched_ros.system.finding import built_in
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.parsing import make_system


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Return the name of a file with two devices in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'duo.yaml').write_text(yaml.safe_dump(duo()), encoding='utf-8')
    return 'duo.yaml'


def _run(capsys, *arguments):
    try:
        main(list(arguments))
        code = 0
    except SystemExit as end:
        code = end.code
    return (code, *capsys.readouterr())


def test_the_json_says_who_did_what(file, capsys):
    code, out, _ = _run(capsys, 'simulate', file, '--seconds', '1', '--json')
    found = json.loads(out)
    assert code == 0
    assert (found['policy'], found['device_policy'], found['coordinator']) == (
        'look_ahead',
        'edf',
        'desk',
    )
    assert found['tasks']['detector']['released'] == 50
    # every job has two segments
    done = [device['segments'].values() for device in found['devices'].values()]
    assert sum(map(sum, done)) == 140
    assert found['links']['desk>orin']['bytes'] == found['devices']['orin']['received_bytes']
    assert 0 < found['least_load'] < 1


def test_people_see_tables(file, capsys):
    code, out, _ = _run(capsys, 'simulate', file, '--seconds', '1', '--policy', 'fcfs')
    assert code == 0
    assert out.startswith('look_ahead over fcfs on duo, ')
    assert 'coordinator on desk' in out
    assert all(word in out for word in ('segments of', 'desk>orin', 'answers per second'))


def test_parameters_of_both_policies_are_set(file, capsys):
    code, _, error = _run(capsys, 'simulate', file, '--high-level-set', 'colour=3')
    assert code == 2
    assert 'colour' in error
    code, _, error = _run(capsys, 'simulate', file, '--high-level-policy', 'whole')
    assert (code, error.count('\n')) == (2, 1)
    assert "unknown high-level policy 'whole'" in error


@pytest.mark.parametrize('option', ['--load=0.5', '--plan=p.json', '--replan-s=1'])
def test_what_works_on_one_device_only_is_refused(file, capsys, tmp_path, option):
    (tmp_path / 'p.json').write_text('{}', encoding='utf-8')
    extra = ['--policy', 'plan_follower'] if 'plan' in option else []
    code, _, error = _run(capsys, 'simulate', file, *extra, option)
    assert code == 2
    assert 'one device' in error


def test_a_single_device_is_run_by_a_coordinator_when_its_policy_is_named(capsys):
    one = ('simulate', 'fleet_orin', '--seconds', '0.5', '--json')
    code, out, _ = _run(capsys, *one, '--high-level-policy', 'whole_network')
    found = json.loads(out)
    assert code == 0
    assert (found['policy'], found['device_policy']) == ('whole_network', 'edf')
    assert found['devices']['fleet_orin']['partitions']['exited'] > 100
    _, out, _ = _run(capsys, *one)
    assert json.loads(out)['policy'] == 'edf+drop'
    run = simulate(load_system('fleet_orin'), high_level_policy='whole_network', seconds=0.5)
    assert json.loads(json.dumps(run['tasks'])) == found['tasks']


def test_every_fleet_of_the_suite_takes_a_high_level_policy(capsys):
    for name in built_in('fleets'):
        code, _, error = _run(
            capsys, 'simulate', name, '--high-level-policy', 'least_loaded', '--seconds', '0.05'
        )
        assert (code, error) == (0, '')


def test_a_platform_of_its_own_is_no_device_of_a_coordinator(capsys):
    apart = ('--workload', 'robot_cpu', '--platform', 'four_cpus')
    code, _, error = _run(capsys, 'simulate', *apart, '--high-level-policy', 'whole_network')
    assert code == 2
    assert 'needs the devices among FILES' in error


def test_a_trace_of_a_coordinator_replays(file, capsys, tmp_path):
    trace = ('--trace', 'run.jsonl', '--high-level-policy', 'earliest_finish')
    assert _run(capsys, 'simulate', file, '--seconds', '1', *trace)[0] == 0
    code, out, _ = _run(capsys, 'simulate', file, '--replay', 'run.jsonl', '--json')
    lines = (tmp_path / 'run.jsonl').read_text(encoding='utf-8').splitlines()
    assert code == 0
    assert json.loads(out) == {'same_decisions': True, 'events': len(lines) - 2}
    code, _, error = _run(capsys, 'simulate', file, '--replay', 'run.jsonl', '--seed', '1')
    assert code == 2 and '--seed and --replay exclude each other' in error


def test_a_trace_of_a_single_device_run_by_a_coordinator_replays(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one = ('simulate', 'fleet_orin', '--seconds', '0.1')
    named = (*one, '--high-level-policy', 'whole_network', '--trace', 'run.jsonl')
    assert _run(capsys, *named)[0] == 0
    code, out, _ = _run(capsys, 'simulate', 'fleet_orin', '--replay', 'run.jsonl')
    assert code == 0 and out.startswith('run.jsonl: same decisions on ')


@pytest.mark.parametrize(
    ('line', 'old', 'new', 'problem'),
    [
        (0, '"system":"duo"', '"system":"trio"', 'system: was trio in the trace, given is duo'),
        (0, '"trace":3', '"trace":7', 'trace: must be 3'),
        (0, 'earliest_finish', 'latest', "unknown high-level policy 'latest'"),
        (1, '"type":"DeviceJoined"', '"type":"Joined"', "unknown event 'Joined'"),
        (1, '"units"', '"united"', 'log: DeviceJoined'),
        (3, '"seq":0', '"seq":"0"', 'event.seq: must be'),
        (3, '"stream"', '"steam"', 'event.stream: is missing from FrameArrived'),
    ],
)
def test_a_tampered_trace_of_a_coordinator_is_named_with_its_line(
    file, capsys, tmp_path, line, old, new, problem
):
    trace = ('--trace', 'run.jsonl', '--high-level-policy', 'earliest_finish')
    assert _run(capsys, 'simulate', file, '--seconds', '0.1', *trace)[0] == 0
    path = tmp_path / 'run.jsonl'
    lines = path.read_text(encoding='utf-8').splitlines()
    assert old in lines[line]
    lines[line] = lines[line].replace(old, new, 1)
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    code, _, error = _run(capsys, 'simulate', file, '--replay', 'run.jsonl')
    assert (code, error.count('\n')) == (2, 1)
    assert error.startswith(f'edge-sched: run.jsonl:{line + 1}: ')
    assert problem in error


def test_other_decisions_are_told_by_their_line(file, capsys, tmp_path):
    assert _run(capsys, 'simulate', file, '--seconds', '0.1', '--trace', 'run.jsonl')[0] == 0
    path = tmp_path / 'run.jsonl'
    text = path.read_text(encoding='utf-8')
    path.write_text(text.replace('"policy":"look_ahead"', '"policy":"whole_network"'), 'utf-8')
    code, _, error = _run(capsys, 'simulate', file, '--replay', 'run.jsonl')
    assert code == 2 and 'makes other decisions now than in this trace' in error


def test_more_devices_than_anyone_waits_for_are_refused():
    many = duo()
    many['devices']['orin']['count'] = 1000
    del many['links']
    with pytest.raises(ConfigError, match='devices: 1001 devices; a run may have 1000'):
        simulate(make_system(many))


def test_the_share_done_grows_to_the_end():
    said = []
    FleetSimulator(FleetSystem(make_system(duo()))).run(1.0, said.append)
    assert said == sorted(said) and len(said) > 100
    assert said[0] == 0.0 and 0.99 < said[-1] <= 1.0


def test_programs_get_what_the_command_prints(file, capsys):
    _, out, _ = _run(capsys, 'simulate', file, '--seconds', '1', '--json')
    found = simulate(make_system(duo(), name='duo'), seconds=1.0)
    printed = json.loads(out)
    for key in ('tasks', 'devices', 'links', 'uxcost'):
        assert json.loads(json.dumps(found[key])) == printed[key]
    with pytest.raises(ConfigError, match='load: works on one device'):
        simulate(make_system(duo()), load=0.5)


# --- suites -------------------------------------------------------------------------------


def test_every_fleet_that_comes_with_the_package_is_in_the_suite_and_runs():
    names = [scenario.name for scenario in scenarios(load_suite('fleet'))]
    assert sorted(names) == sorted(built_in('fleets'))
    for scenario in scenarios(load_suite('fleet')):
        scenario.check(10.0)
        assert load_system(scenario.workload).description


def test_high_level_policies_are_compared(file, capsys, tmp_path):
    suite = {'scenarios': [{'systems': [file]}]}
    (tmp_path / 'own.yaml').write_text(yaml.safe_dump(suite), encoding='utf-8')
    code, out, _ = _run(
        capsys, 'compare', '--suite', 'own.yaml', '--seeds', '1', '--seconds', '1', '--jobs', '1',
        '--policies', 'whole_network,least_loaded', '--json',
    )  # fmt: skip
    found = json.loads(out)
    assert code == 0
    assert [run['policy'] for run in found['runs']] == ['whole_network', 'least_loaded']
    assert found['geomean']['least_loaded']['whole_network']['uxcost_ratio'] > 0


def test_the_policies_of_devices_are_none_for_a_fleet(capsys):
    code, _, error = _run(capsys, 'compare', '--suite', 'fleet', '--policies', 'edf')
    assert code == 2
    assert "'edf' is a policy for the units of one device" in error
    code, _, error = _run(capsys, 'compare', '--suite', 'fleet', '--bound')
    assert code == 2
    assert '--bound works on one device' in error


@pytest.mark.parametrize(
    ('groups', 'problem'),
    [
        ([{'systems': ['fleet_orin'], 'workload': 'robot_cpu'}], 'systems go without workload'),
        ([{'workload': 'robot_cpu'}], 'platforms is missing .or else systems.'),
        ([{'systems': ['fleet_orin', 'fleet_orin']}], "two scenarios are called 'fleet_orin'"),
        (
            [{'systems': ['fleet_orin']}, {'workload': 'robot_cpu', 'platforms': ['four_cpus']}],
            'has groups with systems and groups without',
        ),
        ([{'systems': ['fleet_orim']}], "no built-in 'fleet_orim'"),
    ],
)
def test_a_suite_nobody_can_use(tmp_path, groups, problem):
    path = tmp_path / 'own.yaml'
    path.write_text(yaml.safe_dump({'scenarios': groups}), encoding='utf-8')
    with pytest.raises(ConfigError, match=problem):
        scenarios(load_suite(str(path)))
