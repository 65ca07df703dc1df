# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every table shows every value whole: at 80 columns, at 20, and in a pipe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from profiles import cost
from profiles import profile

from edge_sched_ros.cli.commands.build import show_engines
from edge_sched_ros.cli.main import main
from edge_sched_ros.pipeline.health import machine_report
from edge_sched_ros.reporting.comparison_tables import show_comparison
from edge_sched_ros.reporting.layout import output_console
from edge_sched_ros.reporting.outcomes import show_outcome
from edge_sched_ros.reporting.profile_tables import show_profile
from edge_sched_ros.reporting.tables import show_summary

NAME = 'front_left_wide_angle_camera_detector_01'
OTHER = 'rear_right_wide_angle_camera_segmenter_2'
REASON = 'a reason of many words: ' + 'why it is so, ' * 12 + 'and no more'
POLICY = 'shortest_expected_latency+drop'
HUGE = 123_456_789
assert len(NAME) == len(OTHER) == 40


@pytest.fixture(params=['80', '20', None], ids=['80', '20', 'pipe'])
def shown(request, monkeypatch, capsys):
    """Return a function that gives what was printed; a pipe keeps every row in one line."""
    if request.param is None:
        monkeypatch.delenv('COLUMNS', raising=False)
    else:
        monkeypatch.setenv('COLUMNS', request.param)

    def text(*row: str) -> str:
        out = capsys.readouterr().out
        assert '…' not in out
        if request.param is None and row:
            assert any(line.split() == list(row) for line in out.splitlines()), out
        return out

    return text


def _all_in(values: Iterator[Any] | list[Any], out: str) -> None:
    for value in values:
        assert str(value) in out, f'{value!r} is not whole in\n{out}'


def _ended() -> dict[str, Any]:
    reasons = {'deadline_unreachable': HUGE, 'superseded': HUGE + 1}
    return {
        'deadline_ms': 1234567.5,
        'released': HUGE + 2,
        'on_time': HUGE + 3,
        'late': HUGE + 4,
        'dropped': reasons,
        'failed': {'watchdog_overrun': HUGE + 5},
        'response_ms': {'p50': 1234567.8, 'p95': 2345678.9, 'p99': 3456789.1},
        'energy_mj': 98765432109.0,
    }


def _judged() -> dict[str, Any]:
    return {
        'policy': POLICY,
        'workload': NAME,
        'platform': OTHER,
        'seconds': 12345.6,
        'seed': 7,
        'load': {'wanted': 0.9, 'latency_factor': 1234.0, 'rate_factor': 4321.0},
        'least_load': 0.9,
        'tasks': {NAME: _ended(), OTHER: _ended()},
        'units': {OTHER: {'utilisation': 0.123, 'energy_mj': 98765432109.0}},
        'uxcost': 98765.4321,
        'miss_ratio': 0.9876,
        'loss': 0.8765,
        'xrbench_overall': 98.76,
        'fairness': 0.987,
        'accuracy': 0.876,
        'decisions': {'mean_us': 123456.0},
    }


def test_the_account_of_a_run(shown):
    summary = {
        'policy': POLICY,
        'tasks': {NAME: _ended(), OTHER: _ended()},
        'units': {f'cpu{index}': {'utilisation': 0.99} for index in range(16)},
        'inputs': {f'/{NAME}/image_raw': {'received': HUGE, 'rejected': {REASON: HUGE}}},
        'accuracy': {'detection_map50': 0.123},
    }
    show_summary(summary)
    out = shown()
    _all_in([NAME, OTHER, POLICY, REASON, 'cpu15', '1234567.8/2345678.9/3456789.1'], out)
    _all_in(
        ['1.23457e+06 ms', HUGE + 2, HUGE + 4, HUGE + HUGE + 1, f'deadline_unreachable {HUGE}'],
        out,
    )


def test_an_account_with_ordinary_names_is_a_table_at_80_columns(monkeypatch, capsys):
    monkeypatch.setenv('COLUMNS', '80')
    task = _ended() | {
        'deadline_ms': 66.0,
        'released': 300,
        'on_time': 300,
        'late': 0,
        'dropped': {},
        'failed': {},
        'response_ms': {'p50': 32.41, 'p95': 83.9, 'p99': 124.04},
    }
    show_summary({'policy': 'edf', 'tasks': {'detector': task}, 'units': {}, 'inputs': {}})
    lines = capsys.readouterr().out.splitlines()
    assert '32.4/83.9/124.0' in lines[3].split()
    assert lines[3].split()[0] == 'detector'


def test_a_simulated_run(shown):
    show_outcome(_judged(), output_console(), seconds=1.0)
    out = shown()
    _all_in([NAME, OTHER, POLICY, HUGE + 2, HUGE + 3, HUGE + 4, HUGE + 5, '98765432109'], out)
    _all_in(['1234567.8', '3456789.1', '98765.4321', 'fairness 0.987'], out)
    _all_in([f'superseded {HUGE + 1}', 'latencies x 1234, rates x 4321', '123456 us'], out)


def test_a_comparison_of_policies(shown):
    names = ['edf+drop', POLICY, 'dream', 'horizon']
    scenario = f'{NAME} on {OTHER} x0.9'
    pair = {'uxcost_ratio': 1234.567, 'ci95': (0.001, 98765.432), 'miss_ratio_ratio': 4321.987}
    windows = ('windows', 'proven', 'jobs', 'optimum_missed', 'optimum_missed_variants')
    found = {
        'runs': [],
        'geomean': {name: {'edf+drop': pair} for name in names},
        'scenarios': {scenario: {name: 98765.4321 + index for index, name in enumerate(names)}},
        'misses': {scenario: dict.fromkeys(names, 0.654)},
        'means': {name: dict.fromkeys(('miss_ratio', 'loss'), 0.4321) for name in names},
        'best_other': {name: {'geomean': 5555.125, 'worst': 66666.25} for name in names},
        'best_other_loss': {name: {'geomean': 7777.125, 'worst': 88888.25} for name in names},
        'bound': {scenario: dict.fromkeys(names, 0.777)},
        'bound_windows': {scenario: dict.fromkeys(windows, 987)},
    }
    show_comparison(found, 'edf+drop', output_console())
    out = shown()
    _all_in([*names, scenario, '98765.4321', '98768.4321', '0.001-98765.432', '65%'], out)
    _all_in(['43.2%', '0.4321', '7777.125', '88888.25'], out)
    _all_in(['1234.567', '4321.987', '5555.125', '66666.25', '77.7%', 'of 987 jobs'], out)


def test_a_plan(shown, tmp_path):
    pytest.importorskip('ortools', reason='plans need OR-tools')
    units = {f'gpu_{index}_of_this_computer': {'kind': 'gpu'} for index in range(2)}
    times = {unit: [1.5, 2.5, 3.5] for unit in units}
    path = tmp_path / 'plan.yaml'
    networks = {name: {'cost': times} for name in (NAME, OTHER)}
    path.write_text(yaml.safe_dump({'units': units, 'networks': networks}))
    main(['plan', str(path), '--json'])
    found = json.loads(shown())
    main(['plan', str(path)])
    out = shown()
    _all_in([NAME, OTHER, *found['baselines'], 'ms for a round'], out)
    _all_in([unit for mapped in found['mapping'].values() for unit in mapped], out)
    _all_in([f'{value:.4g}' for value in found['latency_ms'].values()], out)


def _cluster_file(path: Path) -> Path:
    data = {
        'devices': {'computer_of_the_robot': {'units': {'graphics_processor_0': {'kind': 'gpu'}}}},
        'costs': {'net': {'gpu': 10}},
        'tasks': {
            NAME: {'rate_per_s': 40, 'network': 'net', 'deadline_ms': 100},
            OTHER: {'rate_per_s': 30, 'network': 'net', 'deadline_ms': 11},
        },
    }
    path.write_text(yaml.safe_dump(data))
    return path


def test_capacity(shown, tmp_path):
    path = _cluster_file(tmp_path / 'apps.yaml')
    main(['capacity', str(path), '--json'])
    found = json.loads(shown())
    main(['capacity', str(path)])
    out = shown()
    for name, task in found['tasks'].items():
        _all_in([name, task['reason'], f'{task["mean_ms"]:.4g}', f'{task["p99_ms"]:.4g}'], out)
    for name, unit in found['units'].items():
        _all_in([name, unit['model'], unit['limited_by'], f'{unit["headroom"]:.3f}'], out)
    for answer in found['what_if'].values():
        for point in answer['points']:
            _all_in([point['reason'] or point['harmed'], f'{point["rate_per_s"]:.4g}'], out)


def test_placement(shown, tmp_path):
    apps, nodes = tmp_path / 'apps.yaml', tmp_path / 'nodes.yaml'
    app = {'network': 'net', 'rate_per_s': 20, 'deadline_ms': 100, 'count': 12}
    apps.write_text(yaml.safe_dump({'tasks': {NAME: app, OTHER: app}}))
    node = {'units': {'gpu0': {}}, 'count': 2}
    nodes.write_text(
        yaml.safe_dump({'devices': {'node_of_the_cluster': node}, 'costs': {'net': {'gpu': 8}}})
    )
    main(['place', '--apps', str(apps), '--cluster', str(nodes), '--json'])
    found = json.loads(shown())
    main(['place', '--apps', str(apps), '--cluster', str(nodes)])
    out = shown()
    assert found['rejected'] and found['assignments']
    _all_in([*found['rejected'], *found['rejected'].values()], out)
    _all_in([*found['assignments'], *found['assignments'].values()], out)


def test_a_profile(shown):
    infer = {'name': 'infer', 'cost': {'cpu11': cost(123456.0, memory_mib=98765.0)}}
    units = [f'cpu{index}' for index in range(12)]
    between = [{'from': one, 'to': other, 'ms': 0.125} for one in units for other in units]
    networks = {NAME: {'stages': [infer]}}
    show_profile(profile(networks=networks, transitions=between), output_console())
    _all_in([NAME, 'infer', 'cpu11', '1.23e+05', '9.88e+04', '0.125'], shown())


def test_the_doctor(shown, monkeypatch):
    part = {'kind': 'gpu', 'kinds': ['cpu', 'gpu', 'dla', 'pva'], 'available': False}
    report = machine_report.machine_report() | {
        'module': NAME,
        'os': OTHER,
        'power_mode': None,
        'notes': {'power_mode': REASON, 'temperature': REASON, 'power': REASON},
        'versions': {'tensorrt': '10.3.0.123456'},
        'telemetry': {
            'temperatures_c': {f'thermal_zone_{i}': 12345.5 for i in range(9)},
            'rails_mw': {},
            'slowed_by': ['thermal'],
        },
        'units': {f'gpu{index}': part | {'reason': f'{index} {REASON}'} for index in range(9)},
        'engines': {NAME: part | {'reason': REASON}},
        'preprocessors': {},
        'preprocess': {'perspective_warp': [f'cpu{index}' for index in range(14)]},
        'native': {'available': True, 'reason': ''},
        'dds': {'rmw': 'rmw_fastrtps_cpp', 'large_images_ok': True},
    }
    monkeypatch.setattr(machine_report, 'machine_report', lambda: report)
    main(['doctor'])
    out = shown('unit', 'gpu0', 'gpu', 'no')
    _all_in([NAME, OTHER, '10.3.0.123456', 'thermal_zone_8 12345.5 °C', 'cpu12, cpu13'], out)
    _all_in(['gpu8', f'8 {REASON}', REASON], out)
    _all_in(['cpu, gpu, dla, pva', 'thermal', 'rmw_fastrtps_cpp'], out)


def test_engines_that_were_built(shown):
    line = {
        'network': NAME,
        'variant': OTHER,
        'unit': 'dla1',
        'precision': 'strong',
        'built': True,
        'seconds': 123456.0,
        'layers': {'dla': HUGE, 'gpu': HUGE + 1, 'reformat': HUGE + 2},
        'plan': f'/a/folder with a long name/{NAME}.plan',
    }
    show_engines([line])
    out = shown()
    _all_in(
        [f'{NAME}/{OTHER}', 'dla1', 'strong', 'built in 123456 s', HUGE + 2, line['plan']], out
    )


def test_text_is_no_markup(shown):
    show_summary({'policy': '[/]', 'tasks': {'[b]': _ended()}, 'units': {}, 'inputs': {}})
    _all_in(['policy [/]', '[b]'], shown())
