# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the documents say of the simulator is so."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from edge_sched_ros.cli.commands.compare import COMMAND as COMPARE
from edge_sched_ros.cli.commands.simulate import COMMAND as SIMULATE
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.policies.registry import policy_classes
from edge_sched_ros.simulation.comparison import summarise
from edge_sched_ros.simulation.outcome import outcome
from edge_sched_ros.simulation.schema_docs import markdown
from edge_sched_ros.simulation.schema_docs import SECTIONS
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.simulation.suite_file import built_in_suites
from edge_sched_ros.system.loading import load_platform
from edge_sched_ros.system.loading import load_workload
from edge_sched_ros.system.system import System

DOCS = Path(__file__).resolve().parents[2] / 'docs'
TEXT = (DOCS / 'simulation.md').read_text(encoding='utf-8')


@pytest.fixture
def examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a folder with all files the document shows, each named in its first line."""
    for block in re.findall(r'^```yaml\n(.*?)^```', TEXT, re.M | re.S):
        name = re.match(r'# (\w+\.yaml)\n', block)
        assert name, f'which file is this? {block[:60]}'
        (tmp_path / name[1]).write_text(block, encoding='utf-8')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _outcome(workload: str, platform: str) -> dict:
    simulator = Simulator(
        System(load_workload(workload), load_platform(platform)), policy='edf+drop'
    )
    simulator.run(10.0)
    return outcome(simulator)


def _keys(data: object) -> set[str]:
    """Return the keys of all mappings within."""
    if isinstance(data, list):
        return set().union(*map(_keys, data))
    if not isinstance(data, dict):
        return set()
    return set(data).union(*map(_keys, data.values()))


def test_the_tables_are_those_of_the_code():
    written = (DOCS / 'simulation_schema.md').read_text(encoding='utf-8')
    command = 'python -m edge_sched_ros.simulation.schema_docs > docs/simulation_schema.md'
    assert written == markdown() + '\n', command


def test_every_key_has_a_meaning():
    for model in (model for models in SECTIONS.values() for model in models):
        for name, field in model.model_fields.items():
            assert field.description, f'{model.__name__}.{name} needs a description'


def test_every_policy_and_suite_is_described():
    for name in policy_classes():
        assert f'\n| `{name}` |' in TEXT, name
    for name in built_in_suites():
        assert f'\n| `{name}` |' in TEXT, name


def test_every_option_is_described():
    for command in (SIMULATE, COMPARE):
        for option in command.params:
            if option.param_type_name == 'argument':
                continue
            assert f'--{option.opts[0].lstrip("-")}' in TEXT, option.name


def test_every_key_of_the_output_is_described(examples):
    run = {'scenario': 'rover on board', **_outcome('rover.yaml', 'board.yaml')}
    windows = ('windows', 'proven', 'jobs', 'optimum_missed', 'optimum_missed_variants')
    found = summarise(
        'suite',
        [run, {**run, 'policy': 'fcfs'}],
        {},
        {run['scenario']: dict.fromkeys(windows, 1)},
    )
    names = {run['scenario'], run['policy'], 'fcfs', *run['tasks'], *run['units']}
    for task in run['tasks'].values():
        names |= {*task['dropped'], *task['variants']}
    for key in _keys(found) - names:
        assert re.search(rf'[`.]{key}[`.]', TEXT), key


def _platform_rows() -> dict[str, list[str]]:
    """Return file -> the other columns of the document's table of platform files."""
    rows = re.findall(r'^\| `(jetson_\w+\.yaml)` \|(.*)\|$', TEXT, re.M)
    return {file: [column.strip() for column in rest.split('|')] for file, rest in rows}


def test_every_platform_file_is_listed_with_what_it_has() -> None:
    folder = DOCS.parent / 'config' / 'platforms'
    rows = _platform_rows()
    assert set(rows) == {path.name for path in folder.glob('*.yaml')}
    robots = {'robot_amr', 'robot_cpu', 'robot_drone', 'robot_legged'}
    for file, (units, modes, lacking) in rows.items():
        platform = load_platform(str(folder / file))
        kinds = Counter(unit.kind for unit in platform.units.values())
        told = re.findall(r'(\d*) ?(\w+?)(?:s?)(?:,|$)', units.replace('core', 'CPU'))
        assert {kind.lower(): int(count or 1) for count, kind in told} == dict(kinds)
        assert re.findall(r'`(\w+)`', modes) == list(platform.power_modes)
        unable = set()
        for workload in robots:
            try:
                System(load_workload(workload), platform)
            except ConfigError:
                unable.add(workload)
        assert set(re.findall(r'`(\w+)`', lacking)) == unable
