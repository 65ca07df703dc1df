# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The platform files of the Jetson modules: they load, and every number says where it is from."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from shared_data import shared_file

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.loading import load_platform
from edge_sched_ros.system.loading import load_workload
from edge_sched_ros.system.system import System

FOLDER = Path(__file__).resolve().parents[2] / 'config' / 'platforms'
#: VPI 4.1 "Basic concepts" and the DLA page of TensorRT: DLA, PVA, VIC, OFA
ENGINES = {
    'jetson_agx_orin_64': (2, 1, 1, 1),
    'jetson_agx_orin_32': (2, 1, 1, 1),
    'jetson_orin_nx_16': (2, 1, 1, 1),
    'jetson_orin_nx_8': (1, 1, 1, 1),
    'jetson_orin_nano_8': (0, 0, 1, 1),
    'jetson_agx_xavier': (2, 2, 1, 0),
    'jetson_agx_thor': (0, 1, 1, 1),
}
SOURCED = {'source', 'confidence'}
FILES = pytest.mark.parametrize('name', ENGINES)


def raw(name: str) -> dict[str, Any]:
    """Return a file as it stands there."""
    data: dict[str, Any] = yaml.safe_load((FOLDER / f'{name}.yaml').read_text(encoding='utf-8'))
    return data


def numbers(tree: Any, where: str, sourced: bool) -> Iterator[tuple[str, bool]]:
    """Yield every number with whether the map around it says where it comes from."""
    if isinstance(tree, dict):
        inside = sourced or tree.keys() >= SOURCED
        for key, value in tree.items():
            yield from numbers(value, f'{where}.{key}', inside)
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from numbers(value, f'{where}.{index}', sourced)
    elif isinstance(tree, (int, float)):
        yield where, sourced


def claims(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every map that says where it comes from."""
    if isinstance(tree, dict):
        if 'source' in tree:
            yield tree
        for value in tree.values():
            yield from claims(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from claims(value)


def test_there_is_one_file_per_module() -> None:
    assert {path.stem for path in FOLDER.glob('*.yaml')} == set(ENGINES)


@FILES
def test_every_number_says_where_it_comes_from(name: str) -> None:
    data = raw(name)
    beside = data['sources']
    for where, sourced in numbers(data, name, False):
        assert sourced or beside[where.partition('.')[2]].keys() >= SOURCED, where
    for claim in claims(data):
        assert claim['source'] and claim['confidence'] in set('ABCD'), claim
        if re.search(r'recollect|derived|no published', claim['source']):
            assert claim['confidence'] in set('CD') and claim['assumption'], claim
        if 'recollect' in claim.get('assumption', '') and 'speed' in claim:
            assert claim['confidence'] == 'D', claim
    for unit in data['units'].values():
        assert unit.keys() >= SOURCED, unit


@FILES
def test_published_times_equal_their_rows(name: str) -> None:
    with shared_file('jetson_profiles.csv').open(newline='', encoding='utf-8') as file:
        rows = {row['row_id']: row for row in csv.DictReader(file)}
    assert set(re.findall(r'\bJ\d{4}\b', str(raw(name)))) <= set(rows)
    for network, units in raw(name).get('costs', {}).items():
        for unit, cost in units.items():
            row_id = re.match(r'J\d{4}\b', cost['source'])
            if row_id is None:
                continue
            row = rows[row_id.group()]
            found = [float(row[k]) for k in ('latency_ms', 'derived_service_ms') if row[k]]
            found += [1000 / float(row['throughput_per_s'])] if row['throughput_per_s'] else []
            assert any(cost['latency_ms'] == pytest.approx(ms, rel=0.001) for ms in found), (
                network,
                unit,
            )


@FILES
def test_engines_are_those_of_the_module(name: str) -> None:
    platform = load_platform(str(FOLDER / f'{name}.yaml'))
    kinds = Counter(unit.kind for unit in platform.units.values())
    assert tuple(kinds[kind] for kind in ('dla', 'pva', 'vic', 'ofa')) == ENGINES[name]
    assert kinds['gpu'] == 1 and kinds['cpu'] > 1


@FILES
def test_every_power_mode_runs_a_workload(name: str) -> None:
    workload = load_workload('robot_cpu' if name.endswith('thor') else 'robot_amr')
    path = FOLDER / f'{name}.yaml'
    base = load_platform(str(path))
    for mode in ('', *base.power_modes):
        platform = load_platform(f'{path}@{mode}' if mode else str(path))
        simulator = Simulator(System(workload, platform), policy='edf+drop', seed=1)
        simulator.run(0.5)
        accounts = simulator.dispatcher.ledger.tasks.values()
        assert sum(account.on_time for account in accounts) > 0
        assert platform.name == (f'{name}@{mode}' if mode else name)
        units = platform.units
        assert all(units[unit].speed <= base.units[unit].speed for unit in units)


def test_a_module_nobody_measured_says_so_instead_of_guessing() -> None:
    platform = load_platform(str(FOLDER / 'jetson_agx_thor.yaml'))
    assert not platform.costs
    message = r'jetson_agx_thor has no costs of .* \(known: none\)'
    with pytest.raises(ConfigError, match=message) as caught:
        System(load_workload('robot_drone'), platform)
    assert '\n' not in str(caught.value)


def test_a_mode_slows_down_its_units_and_takes_others_away(tmp_path: Path) -> None:
    file = tmp_path / 'p.yaml'
    file.write_text(
        'units: {g: {kind: gpu, speed: 0.5}, c: {kind: cpu}, d: {kind: cpu}}\n'
        'costs: {net: {gpu: 10, cpu: {latency_ms: 20, per_item_ms: 4}}}\n'
        'power_modes:\n'
        '  low: {speeds: {gpu: 0.25, c: 0.5}, unavailable: [d]}\n'
        '  mid: {speeds: {cpu: 0.8}}\n',
        encoding='utf-8',
    )
    low, plain = load_platform(f'{file}@low'), load_platform(str(file))
    assert {name: unit.speed for name, unit in low.units.items()} == {'g': 0.125, 'c': 0.5}
    assert {name: unit.speed for name, unit in plain.units.items()} == {'g': 0.5, 'c': 1, 'd': 1}
    assert plain.units['g'].modes['low'].speed == 0.25
    assert low.units['c'].modes['mid'].speed == pytest.approx(1.6)
    assert 'low' not in plain.units['d'].modes
    work = tmp_path / 'w.yaml'
    work.write_text(
        'tasks: {t: {period_ms: 500, network: n}}\n'
        'networks: {n: {stages: [{name: s, library: net}]}}\n',
        encoding='utf-8',
    )
    costs = {key[-1]: cost for key, cost in System(load_workload(str(work)), low).costs.items()}
    assert {unit: cost.latency_ns / 1e6 for unit, cost in costs.items()} == {'g': 80, 'c': 40}
    assert costs['c'].per_item_ns == 8e6


@pytest.mark.parametrize(
    ('mode', 'text', 'problem'),
    [
        ('fast', '{low: {speeds: {gpu: 0.5}}}', "no power mode 'fast' (there are low)"),
        ('low', '{low: {speeds: {dla: 0.5}}}', "low.speeds: unknown unit 'dla'"),
        ('low', '{low: {unavailable: [dla]}}', "low.unavailable: unknown unit 'dla'"),
        ('low', '{low: {unavailable: [g]}}', 'low.unavailable: leaves no unit'),
        ('low', '{low: {speeds: {gpu: 0}}}', 'power_modes.low.speeds.gpu'),
    ],
)
def test_bad_modes_are_named(tmp_path: Path, mode: str, text: str, problem: str) -> None:
    file = tmp_path / 'p.yaml'
    file.write_text(f'units: {{g: {{kind: gpu}}}}\npower_modes: {text}\n', encoding='utf-8')
    with pytest.raises(ConfigError) as error:
        load_platform(f'{file}@{mode}')
    assert problem in str(error.value) and str(file) in str(error.value)
    assert '\n' not in str(error.value)


def test_own_entries_replace_those_of_the_table_one_by_one(tmp_path: Path) -> None:
    file = tmp_path / 'p.yaml'
    file.write_text(
        'units: {g: {kind: gpu}}\ncosts_from: jetson_costs\n'
        'costs: {resnet50_224: {orin_agx_gpu: 99}}\n',
        encoding='utf-8',
    )
    costs = load_platform(str(file)).costs['resnet50_224']
    assert costs['orin_agx_gpu'].latency_ms == 99
    assert costs['orin_agx_dla'] == load_platform('orin_agx').costs['resnet50_224']['orin_agx_dla']
