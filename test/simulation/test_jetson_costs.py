# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The published costs of networks on Jetson units: every number says where it comes from."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from shared_data import shared_file

UNITS = {
    'orin_agx_gpu',
    'orin_agx_dla',
    'orin_nx_gpu',
    'orin_nx_dla',
    'orin_nano_gpu',
    'xavier_agx_gpu',
    'xavier_agx_dla',
    'orin_cpu',
    'orin_vic',
    'orin_pva',
    'orin_ofa',
}
ROW = re.compile(r'J\d{4}\b')


@pytest.fixture(scope='module')
def table() -> dict[str, Any]:
    """Return the whole file."""
    checkout = Path(__file__).resolve().parents[2]
    file = checkout / 'edge_sched_ros' / 'system' / 'data' / 'jetson_costs.yaml'
    return yaml.safe_load(file.read_text(encoding='utf-8'))


@pytest.fixture(scope='module')
def rows() -> dict[str, dict[str, str]]:
    """Return the collected figures by row id, or skip."""
    with shared_file('jetson_profiles.csv').open(newline='', encoding='utf-8') as file:
        return {row['row_id']: row for row in csv.DictReader(file)}


def entries(table: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every cost with its name."""
    for network, units in table['costs'].items():
        for unit, cost in units.items():
            yield f'{network}.{unit}', cost


def values_of(row: dict[str, str]) -> list[float]:
    """Return the times a row gives for one run, in ms."""
    values = [float(row[key]) for key in ('latency_ms', 'derived_service_ms') if row[key]]
    if row['throughput_per_s']:
        values.append(1000 / float(row['throughput_per_s']))
    return values


def parts(tree: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every mapping below a section that has a source."""
    if isinstance(tree, dict):
        if 'source' in tree:
            yield where, tree
        for key, value in tree.items():
            yield from parts(value, f'{where}.{key}')
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from parts(value, f'{where}[{index}]')


def test_every_cost_says_where_it_comes_from(table: dict[str, Any]) -> None:
    for name, cost in entries(table):
        assert name.partition('.')[2] in UNITS, name
        assert set(cost) <= {'latency_ms', 'energy_mj', 'source', 'confidence', 'assumption'}, name
        assert cost['latency_ms'] > 0, name
        assert cost.get('energy_mj', 1) > 0, name
        assert cost['source'], name
        assert cost['confidence'] in {'A', 'B', 'C', 'D'}, name


def test_whatever_is_derived_says_how(table: dict[str, Any]) -> None:
    for name, cost in entries(table):
        how = cost.get('assumption', '')
        if cost['source'].startswith('derived'):
            assert how.startswith('latency: '), name
            assert cost['confidence'] in {'C', 'D'}, name
        if 'energy_mj' in cost:
            assert 'energy: ' in how, name


def test_published_times_equal_their_rows(
    table: dict[str, Any], rows: dict[str, dict[str, str]]
) -> None:
    checked = 0
    for name, cost in entries(table):
        row_id = ROW.match(cost['source'])
        if row_id is None:
            continue
        published = values_of(rows[row_id.group()])
        assert any(cost['latency_ms'] == pytest.approx(ms, rel=0.01) for ms in published), name
        checked += 1
    assert checked > 50


def test_every_row_that_is_named_exists(
    table: dict[str, Any], rows: dict[str, dict[str, str]]
) -> None:
    assert set(re.findall(r'\bJ\d{4}\b', str(table))) <= set(rows)


def test_sections_name_their_sources(table: dict[str, Any]) -> None:
    for section in ('contention', 'transition_ms', 'power', 'modes'):
        found = list(parts(table['notes'][section], section))
        assert found, section
        for where, part in found:
            assert part['source'], where
            assert 'assumption' in part or part['confidence'] in {'A', 'B', 'C', 'D'}, where


def test_slowdowns_are_together_over_alone(table: dict[str, Any]) -> None:
    pair = table['notes']['contention']['measured'][0]
    for unit, factor in pair['slowdown'].items():
        ratio = pair['together_ms'][unit] / pair['alone_ms'][unit]
        assert factor == pytest.approx(ratio, rel=0.001)


def test_orin_nano_and_what_a_robot_needs(table: dict[str, Any]) -> None:
    networks = table['costs']
    for name in ('yolov8n_640', 'yolov8s_640', 'yolov8m_640', 'resnet50_224'):
        assert {'orin_agx_gpu', 'orin_agx_dla', 'orin_nano_gpu'} <= set(networks[name])
    times = [networks[f'yolov8{size}_640']['orin_agx_gpu']['latency_ms'] for size in 'nsm']
    assert times == sorted(times)
