# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""System files: one format for every tool, in one file or several; mistakes are one line."""

from __future__ import annotations

import contextlib
import json

import pytest
import yaml
from pydantic import BaseModel

from edge_sched_ros.capacity.placement.placement_file import make_problem
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.planning.from_file import problem_of
from edge_sched_ros.system.finding import built_in
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.parsing import make_system
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.schema_docs import json_schema
from edge_sched_ros.system.schema_docs import SECTIONS
from edge_sched_ros.system.system import System

BOARD = {'units': {'gpu0': {'kind': 'gpu'}, 'cpu0': {}}}
TASKS = {
    'networks': {'n': {'cost': {'gpu': 4, 'cpu': 10}}},
    'tasks': {'t': {'network': 'n', 'period_ms': 20}},
}


def wrong(*files):
    """Return the one line that parts of a system get; they are called a, b, ..."""
    with pytest.raises(ConfigError) as error:
        parse_system(*zip('abcd', files))
    return str(error.value)


def write_yaml(folder, **files):
    """Write files by name."""
    for name, data in files.items():
        (folder / f'{name}.yaml').write_text(yaml.safe_dump(data))


# --- several files ------------------------------------------------------------------------


def test_what_one_file_leaves_out_another_says():
    system = parse_system(('a', TASKS), ('b', BOARD))
    assert set(system.units) == {'gpu0', 'cpu0'} and set(system.tasks) == {'t'}
    assert System(system).costs['t', 'base', 'infer', 'gpu0'].latency_ns == 4_000_000


def test_later_files_override_key_by_key():
    more = {'tasks': {'t': {'deadline_ms': 15}}, 'networks': {'n': {'cost': {'gpu': 5}}}}
    system = parse_system(('a', TASKS), ('b', BOARD), ('c', more))
    assert (system.tasks['t'].deadline_ms, system.tasks['t'].period_ms) == (15, 20)
    (stage,) = system.networks['n'].first.stages
    assert {unit: cost.latency_ms for unit, cost in stage.cost.items()} == {'gpu': 5, 'cpu': 10}


def test_the_data_of_a_file_stays_as_it_was():
    before = json.dumps(TASKS)
    parse_system(('a', TASKS), ('b', {'tasks': {'t': {'priority': 3}}}), ('c', BOARD))
    assert json.dumps(TASKS) == before


def test_messages_name_the_file_that_said_it():
    system = parse_system(('a', TASKS), ('b', BOARD), ('c', {'tasks': {'t': {'priority': 3}}}))
    assert system.at('units', 'gpu0') == 'b: units.gpu0'
    assert system.at('tasks', 't', 'priority') == 'c: tasks.t.priority'
    assert system.at('tasks', 't') == 'a, c: tasks.t'


def test_a_key_nobody_knows_names_its_file():
    assert wrong(TASKS, {'unts': {}}) == "b: unts: there is no such key; did you mean 'units'?"


def test_files_that_contradict_each_other_are_both_named():
    other = {'units': {'gpu0': {'kind': 'dla'}}}
    assert wrong(BOARD, other) == ("b: units.gpu0.kind: is 'dla', but 'gpu' in a: units.gpu0.kind")
    two_triggers = {'tasks': {'t': {'rate_per_s': 3}}}
    line = wrong(TASKS, two_triggers)
    assert line.startswith('a, b: tasks.t: needs exactly one of stream, after, period_ms')


def test_units_in_a_list_and_in_a_mapping_are_joined():
    short, long = {'units': ['gpu0', 'cpu0']}, {'units': {'gpu0': {'speed': 2.0}}}
    for files in ((short, long), (long, short)):
        units = parse_system(*zip('ab', files)).units
        assert {name: unit.speed for name, unit in units.items()} == {'gpu0': 2.0, 'cpu0': 1.0}
    system = parse_system(('a', {'devices': {'x': short}}), ('b', {'devices': {'x': long}}))
    assert {name: one.speed for name, one in system.devices['x'].units.items()} == {
        'gpu0': 2.0,
        'cpu0': 1.0,
    }
    bare = parse_system(('a', long), ('b', {'units': {'gpu0': None}})).units
    assert bare['gpu0'].speed == 2.0


def test_a_unit_named_twice_is_an_error():
    assert wrong({'units': ['gpu0', 'gpu0']}) == "a: units: names 'gpu0' twice"
    assert wrong(BOARD, {'units': ['dla0', 'dla0']}) == "b: units: names 'dla0' twice"


def test_only_the_file_that_replaced_a_mapping_is_named():
    assert wrong(TASKS, {'tasks': {'t': None}}) == 'b: tasks.t: must be a mapping'


def test_a_power_mode_names_the_file_it_was_asked_of(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_yaml(tmp_path, tasks=TASKS, board=BOARD)
    for files, line in (
        (('tasks.yaml', 'board.yaml@low'), "board.yaml: there is no power mode 'low'"),
        (('robot_drone', 'orin_nx@15W'), "orin_nx: there is no power mode '15W'"),
        (('tasks.yaml@low', 'board.yaml@high'), 'system: tasks.yaml@low and board.yaml@high are'),
    ):
        with pytest.raises(ConfigError) as error:
            load_system(*files)
        assert str(error.value).startswith(line)
    with pytest.raises(ConfigError, match=r'config/platforms/jetson_orin_nx_16.yaml has some'):
        load_system('robot_drone', 'orin_nx@15W')


def test_a_file_of_costs_may_name_another_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    near, far = {'a': {'gpu': 3}, 'b': {'gpu': 3}}, {'b': {'gpu': 5}, 'c': {'gpu': 5}}
    write_yaml(
        tmp_path,
        board={**BOARD, 'costs_from': 'near.yaml'},
        near={'costs': near, 'costs_from': 'far.yaml'},
        far={'costs': far},
        one={'costs': near, 'costs_from': 'two.yaml'},
        two={'costs': far, 'costs_from': 'one.yaml'},
    )
    costs = load_system('board.yaml').costs
    assert {name: costs[name]['gpu'].latency_ms for name in costs} == {'a': 3, 'b': 3, 'c': 5}
    with pytest.raises(ConfigError) as error:
        load_system('one.yaml')
    assert str(error.value) == "one.yaml: costs_from: is a loop: 'two.yaml' led here"


# --- messages ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ('data', 'line'),
    [
        ({'taskz': {}}, "taskz: there is no such key; did you mean 'tasks'?"),
        (
            {'tasks': {'t': {'network': 'n', 'periodms': 3}}},
            "tasks.t.periodms: there is no such key; did you mean 'period_ms'?",
        ),
        (
            {'units': {'gpu0': {'sped': 2}}},
            "units.gpu0.sped: there is no such key; did you mean 'speed'?",
        ),
        (
            {'transitions': [{'from': 'a', 'too': 'b', 'ms': 1}]},
            "transitions.0.too: there is no such key; did you mean 'to'?",
        ),
        (
            {'networks': {'n': {'costt': {'gpu': 3}}}},
            "networks.n.costt: there is no such key; did you mean 'cost'?",
        ),
        (
            {'networks': {'n': {'cost': {'gpu': [3, 4]}, 'enter_ms': 1}}},
            'networks.n.enter_ms: goes inside a unit of networks.n.cost, as in '
            'cost: {gpu: {latency_ms: 10, cv: 0.1}}',
        ),
        (
            {'networks': {'n': {'cost': {'gpu': 'ten'}}}},
            "networks.n.cost.gpu: must be a number (latency_ms) or a mapping, not 'ten'",
        ),
        (
            {'costs': {'n': {'gpu': None}}},
            'costs.n.gpu: must be a number (latency_ms) or a mapping',
        ),
        (
            {'name': 'a\x1b[31m'},
            "name: must be one line without control characters, not 'a\\x1b[31m'",
        ),
        ({'units': 'gpu0'}, "units: must be a list of names or a mapping, not 'gpu0'"),
    ],
)
def test_a_mistake_says_what_to_do(data, line):
    (found,) = (wrong(data),)
    assert found == f'a: {line}'


# --- what a task names ---------------------------------------------------------------------

DUO = {
    'units': ['gpu0', 'cpu0'],
    'networks': {'n': {'cost': {'gpu': 4}}, 'r': {'cost': {'cpu': 1}}},
}


def task_line(**keys):
    """Return the key and problem that simulate and plan say of a task, both the same."""
    lines = set()
    for use in (System, problem_of):
        with pytest.raises(ConfigError) as error:
            use(make_system({**DUO, 'tasks': {'t': {'period_ms': 20, **keys}}}, name='f'))
        lines.add(str(error.value))
    (line,) = lines
    return line


def test_a_piece_of_a_task_is_called_by_its_own_key():
    none = "there is no network 'x' (there are n, r)"
    assert task_line(network='x') == f'f: tasks.t.network: {none}'
    assert task_line(network='n', preprocess='x') == f'f: tasks.t.preprocess: {none}'
    stages = [{'network': 'r'}, {'network': 'x'}]
    assert task_line(stages=stages) == f'f: tasks.t.stages.1.network: {none}'
    nowhere = "there is none called 'x' (there are gpu0, cpu0)"
    assert task_line(network='n', unit='x') == f'f: tasks.t.unit: {nowhere}'
    stages = [{'network': 'r', 'unit': 'x'}, {'network': 'n'}]
    assert task_line(stages=stages) == f'f: tasks.t.stages.0.unit: {nowhere}'
    stages = [{'network': 'r'}, {'network': 'n', 'unit': 'cpu0'}]
    unable = "'cpu0' cannot run stage infer (only gpu0)"
    assert task_line(stages=stages) == f'f: tasks.t.stages.1.unit: {unable}'


def test_placement_names_a_unit_that_no_device_has():
    task = {'period_ms': 20, 'network': 'n', 'unit': 'x'}
    with pytest.raises(ConfigError) as error:
        make_problem(make_system({**DUO, 'tasks': {'t': task}}, name='f'))
    problem = "no device has a unit called 'x' (there are cpu0, gpu0)"
    assert str(error.value) == f'f: tasks.t.unit: {problem}'
    with pytest.raises(ConfigError) as error:
        make_problem(make_system({**DUO, 'tasks': {'t': {**task, 'unit': 'cpu0'}}}, name='f'))
    assert error.value.problem == "no device can run 'n' on cpu0: none has its costs"


def test_a_device_that_is_not_there_is_no_device_of_a_task():
    line = task_line(network='n', device='x')
    assert line == "f: tasks.t.device: there is none called 'x' (there are f)"


def test_several_devices_are_too_many_for_a_run():
    data = {'devices': {name: {'units': ['gpu0']} for name in 'ab'}}
    with pytest.raises(ConfigError, match=r'has several devices .a, b.; this tool uses one: give'):
        make_system(data).device()
    data = {'devices': {'a': {'units': ['gpu0'], 'count': 3}}}
    with pytest.raises(ConfigError) as error:
        make_system(data, name='f').device()
    problem = 'this tool uses one device, and count makes 3: leave it out'
    assert str(error.value) == f'f: devices.a.count: {problem}'


def test_the_memory_of_a_network_counts_once_for_all_its_tasks():
    data = {
        'memory_mib': 100,
        'units': ['gpu0'],
        'networks': {'n': {'cost': {'gpu': {'latency_ms': 5, 'memory_mib': 60}}}},
        'tasks': {name: {'network': 'n', 'period_ms': 100} for name in 'tu'},
    }
    system = System(make_system(data))
    assert system.costs['u', 'base', 'infer', 'gpu0'].memory_mib == 60
    other = {'networks': {'m': data['networks']['n']}, 'tasks': {'u': {'network': 'm'}}}
    with pytest.raises(ConfigError, match='need 120 MiB, but there are 100'):
        System(make_system(data, other))


# --- one format ---------------------------------------------------------------------------


@pytest.mark.parametrize('given', [2, 0, '1', True, None, 'x' * 500])
def test_a_format_nobody_can_read_says_which_can_be_read(given):
    line = wrong({**BOARD, 'format': given})
    assert line.startswith('a: format: is ') and line.endswith('; this can read format 1')
    assert len(line) < 120


def test_no_schema_of_a_robot_is_defined_elsewhere():
    import importlib
    import pkgutil

    import edge_sched_ros

    for module in pkgutil.walk_packages(edge_sched_ros.__path__, 'edge_sched_ros.'):
        if module.name.startswith(('edge_sched_ros.nodes', 'edge_sched_ros.cli')):
            continue
        with contextlib.suppress(ImportError):
            importlib.import_module(module.name)

    def below(model):
        return {model}.union(*(below(one) for one in model.__subclasses__()))

    ours = {m for m in below(BaseModel) if m.__module__.startswith('edge_sched_ros.')}
    elsewhere = {m.__name__ for m in ours if not m.__module__.startswith('edge_sched_ros.system.')}
    # suites, and what a change during a run sets
    sets = {'_Set', 'TaskSet', 'StreamSet', 'UnitSet', 'DeviceSet', 'LinkSet'}
    assert elsewhere == {'Suite', 'Group', *sets}


def test_every_model_of_the_format_is_documented():
    from edge_sched_ros.system.fields import Strict

    def below(model):
        return {model}.union(*(below(one) for one in model.__subclasses__()))

    ours = {m for m in below(Strict) if m.__module__.startswith('edge_sched_ros.system.')}
    documented = {model for section in SECTIONS.values() for model in section}
    assert ours - {Strict} <= documented
    for model in documented:
        for key, field in model.model_fields.items():
            assert field.description, f'{model.__name__}.{key}'


def test_the_json_schema_knows_what_is_short_for_something_else():
    parts = json_schema()['$defs']
    assert {'type': 'number', 'minimum': 0, 'maximum': 1e9} in parts['Cost']['anyOf']
    assert {'$ref': '#/$defs/NetworkOfOneVariant'} in parts['Network']['anyOf']
    assert 'cost' in parts['Variant']['properties']
    assert {'type': 'null'} in parts['Unit']['anyOf']


def test_the_json_schema_refuses_what_the_tools_refuse():
    schema = json_schema()
    parts = schema['$defs']
    costs = parts['Variant']['properties']['cost']['additionalProperties']['anyOf']
    assert {'$ref': '#/$defs/Cost'} in costs and {'$ref': '#/$defs/Columns'} in costs
    assert parts['Columns']['additionalProperties'] is False
    assert parts['Columns']['properties']['latency_ms']['type'] == 'array'
    # only a network of one variant has the keys of a network beside those of a variant
    assert 'max_switches' in parts['NetworkOfOneVariant']['properties']
    assert 'max_switches' not in parts['Variant']['properties']
    for section in ('tasks', 'networks', 'streams', 'devices', 'costs'):
        assert schema['properties'][section]['additionalProperties'] is False
    names, by_name = schema['properties']['units']['anyOf']
    assert [names['items']['pattern']] == list(by_name['patternProperties'])
    assert 'dla' in parts['Unit']['anyOf'][1]['properties']['kind']['enum']


@pytest.mark.parametrize('name', [n for n in built_in() if n != 'jetson_costs'])
def test_what_comes_with_the_package_has_its_name(name):
    assert load_system(name).name == name


def test_costs_alone_are_a_network_of_one_stage():
    data = {**BOARD, 'costs': {'n': {'gpu': 4}}, 'tasks': TASKS['tasks']}
    system = System(parse_system(('a', data)))
    assert list(system.costs) == [('t', 'base', 'infer', 'gpu0')]


@pytest.mark.parametrize('kind', ['tpu', 'npu', 'gpu', 'vic'])
def test_every_kind_is_known_everywhere(kind):
    data = {'units': {'u': {'kind': kind}}, 'costs': {'mobilenet-v2': {kind: 4}}}
    system = System(
        parse_system(
            ('a', {**data, 'tasks': {'t-1': {'network': 'mobilenet-v2', 'period_ms': 9}}})
        )
    )
    assert ('t-1', 'base', 'infer', 'u') in system.costs


@pytest.mark.parametrize(
    ('name', 'kind'), [('gpu0', 'gpu'), ('dla1', 'dla'), ('u', 'cpu'), ('tpu', 'tpu')]
)
def test_a_unit_without_a_kind_has_that_of_its_name(name, kind):
    assert parse_system(('a', {'units': [name]})).units[name].kind == kind


# --- costs by layer group -----------------------------------------------------------------


def groups(cost):
    """Return the stages of a network given by columns."""
    data = {'units': ['gpu', 'dla'], 'networks': {'n': {'cost': cost}}}
    return parse_system(('a', data)).networks['n'].first.stages


def test_columns_become_stages():
    first, second = groups(
        {
            'gpu': {'latency_ms': [1, 2], 'energy_mj': [5, 6], 'leave_ms': 0.1, 'enter_ms': [0.3]},
            'dla': [4, None],
        }
    )
    assert (first.name, second.name) == ('g0', 'g1')
    assert set(first.cost) == {'gpu', 'dla'} and set(second.cost) == {'gpu'}
    one, two = first.cost['gpu'], second.cost['gpu']
    assert (one.latency_ms, one.energy_mj, one.leave_ms, one.enter_ms) == (1, 5, 0.1, 0)
    assert (two.latency_ms, two.energy_mj, two.leave_ms, two.enter_ms) == (2, 6, 0, 0.3)


@pytest.mark.parametrize(
    ('cost', 'problem'),
    [
        ({'gpu': [1, 2], 'dla': [1]}, 'cost.dla: has 1 groups'),
        ({'gpu': [1, 2], 'dla': 3}, 'cost.dla: must be a list'),
        ({'gpu': [None], 'dla': [None]}, 'no unit can run group 0'),
        ({'gpu': {'latency_ms': [1, 2], 'energy_mj': [1]}}, 'cost.gpu.energy_mj: has 1 numbers'),
        ({'gpu': {'latency_ms': [1, 2], 'leave_ms': [1, 2]}}, 'there are 1 cuts'),
        (3, 'cost: must be a mapping of units'),
        ({'gpu': []}, 'cost.gpu: must have a number per layer group'),
    ],
)
def test_columns_that_do_not_fit(cost, problem):
    line = wrong({'units': ['gpu', 'dla'], 'networks': {'n': {'cost': cost}}})
    assert line.startswith('a: networks.n') and problem in line and '\n' not in line


# --- old keys -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ('data', 'line'),
    [
        (
            {'costs': {'n': {'gpu': {'service_ms': 3}}}},
            'a: costs.n.gpu.service_ms: is called latency_ms now',
        ),
        ({'apps': {'x': {}}}, 'a: apps: is called tasks now'),
        ({'version': 1}, 'a: version: is called format now'),
        (
            {'networks': {'n': {'times_ms': {'gpu': [1]}}}},
            'a: networks.n.times_ms: is called cost, as in cost: {gpu0: [1.2, 3.4]} now',
        ),
        (
            {'networks': {'n': {'gpu': {'latency_ms': 3}}}},
            'a: networks.n.gpu: costs of a network by unit go under costs.n, or networks.n.cost',
        ),
        (
            {'costs': {'n': {'gpu': {'latency_us': 3}}}},
            'a: costs.n.gpu.latency_us: is in another unit of measure than this file: give '
            'latency_ms, in milliseconds',
        ),
    ],
)
def test_an_old_key_gives_the_new_one(data, line):
    assert wrong({**BOARD, **data}) == line


# --- power modes ----------------------------------------------------------------------------


def test_power_modes_of_devices_with_names_count(tmp_path):
    slow = {'15W': {'speeds': {'gpu': 0.5}, 'unavailable': ['dla0']}}
    devices = {
        'rover': {'units': ['gpu0', 'dla0'], 'power_modes': slow},
        'base': {'units': ['gpu0', 'dla0']},
    }
    (tmp_path / 'pair.yaml').write_text(yaml.safe_dump({'devices': devices}))
    system = load_system(f'{tmp_path}/pair.yaml@15W')
    assert set(system.devices['rover'].units) == {'gpu0'}
    assert system.devices['rover'].units['gpu0'].speed == 0.5
    assert set(system.devices['base'].units) == {'gpu0', 'dla0'}
    with pytest.raises(ConfigError, match=r"no power mode '30W' \(there are 15W\)"):
        load_system(f'{tmp_path}/pair.yaml@30W')
    devices['rover']['power_modes'] = {'15W': {'speeds': {'gqu': 0.5}}}
    (tmp_path / 'pair.yaml').write_text(yaml.safe_dump({'devices': devices}))
    with pytest.raises(ConfigError, match=r'devices\.rover\.power_modes\.15W\.speeds: unknown'):
        load_system(tmp_path / 'pair.yaml')


# --- contention ---------------------------------------------------------------------------


def test_one_law_of_contention():
    contention = {'model': 'piecewise', 'knee_gbps': 20, 'slope': 1, 'bandwidth_gbps': 50}
    data = {'units': ['gpu0', 'dla0'], 'contention': contention}
    law = System(parse_system(('a', {**data, 'tasks': {}}))).contention
    assert law is not None
    busy = {'gpu0': 30.0, 'dla0': 15.0}
    assert law.slowdown('gpu0', 30.0, busy) == pytest.approx(1.25)
    assert law.slowdown('gpu0', 30.0, {'gpu0': 30.0}) == 1
    assert law.slowdown('dla0', 0.0, busy) == 1


# --- from the command line ------------------------------------------------------------------


def test_the_schema_is_printed(capsys):
    from edge_sched_ros.cli.main import main

    main(['schema'])
    assert json.loads(capsys.readouterr().out) == json_schema()


def test_files_may_be_given_one_by_one(tmp_path, monkeypatch, capsys):
    from edge_sched_ros.cli.main import main

    monkeypatch.chdir(tmp_path)
    for name, data in (('tasks', TASKS), ('board', BOARD)):
        (tmp_path / f'{name}.yaml').write_text(yaml.safe_dump(data))
    found = []
    for files in (['tasks.yaml', 'board.yaml'], ['--workload', 'tasks.yaml'], []):
        code = 0
        options = ['--platform', 'board.yaml'] if files[:1] == ['--workload'] else []
        try:
            main(['simulate', *files, *options, '--seconds', '0.2', '--json'])
        except SystemExit as end:
            code = end.code or 0
        found.append((code, capsys.readouterr()))
    (one_code, one), (two_code, two), (none_code, none) = found
    assert (one_code, two_code, none_code) == (0, 0, 2)
    assert json.loads(one.out)['tasks'] == json.loads(two.out)['tasks']
    assert 'FILES' in none.err


def test_numbers_of_numpy_are_numbers():
    import numpy as np

    times = np.array([1.5, 2.5], dtype=np.float32)
    system = make_system(
        {
            'units': {'gpu0': {'speed': np.float32(0.5), 'slots': np.int64(2)}},
            'networks': {'n': {'cost': {'gpu': times}}, 'm': {'cost': {'gpu': np.float64(3)}}},
            'tasks': {'t': {'network': 'n', 'period_ms': np.int32(9), 'enabled': np.bool_(True)}},
        }
    )
    unit = system.units['gpu0']
    assert (unit.speed, unit.slots, system.tasks['t'].period_ms) == (0.5, 2, 9)
    assert [stage.cost['gpu'].latency_ms for stage in system.networks['n'].first.stages] == [
        1.5,
        2.5,
    ]
    with pytest.raises(ConfigError, match=r'units\.gpu0\.slots: must be a whole number'):
        make_system({'units': {'gpu0': {'slots': np.float32(1.5)}}})


def test_the_json_schema_refuses_two_of_what_there_is_one():
    parts = json_schema()['$defs']
    pairs = [pair['required'] for pair in parts['Task']['not']['anyOf']]
    assert ['stream', 'after'] in pairs and ['period_ms', 'rate_per_s'] in pairs
    assert len(pairs) == 6 and parts['Task']['minProperties'] == 1
    pairs = [pair['required'] for pair in parts['NetworkOfOneVariant']['not']['anyOf']]
    assert sorted(pairs) == [['cost', 'layers'], ['stages', 'cost'], ['stages', 'layers']]
    assert parts['NetworkOfOneVariant']['minProperties'] == 1
