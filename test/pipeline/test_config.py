# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters and parameter files, right and wrong."""

from __future__ import annotations

import re
from array import array
from pathlib import Path

import pytest
import yaml
from networks import write_network

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.perception.declared_numbers import numbers_of_decoder
from edge_sched_ros.perception.decoders.built_in import decoder_classes
from edge_sched_ros.perception.numbers import numbers_of_program
from edge_sched_ros.perception.programs.registry import program_classes
from edge_sched_ros.pipeline.settings.config import from_file
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.settings.parameter_docs import markdown
from edge_sched_ros.pipeline.settings.parameter_table import option_spec
from edge_sched_ros.pipeline.settings.parameter_table import table_of
from edge_sched_ros.pipeline.settings.parameters import SCHEDULER_PARAMETERS
from edge_sched_ros.pipeline.settings.parameters import TASK_PARAMETERS
from edge_sched_ros.pipeline.settings.policy_settings import built_in_specs
from edge_sched_ros.pipeline.settings.resources import find_file
from edge_sched_ros.pipeline.settings.resources import make_folder
from edge_sched_ros.pipeline.settings.resources import share_of
from edge_sched_ros.policies.registry import policy_classes

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def good(tmp_path):
    net = str(write_network(tmp_path))
    return {
        'tasks': ['a', 'b'],
        'a.network': net,
        'a.topic': 'front/image_raw',
        'a.deadline_ms': 50,
        'b.network': net,
        'b.after': 'a',
    }


def test_what_is_given_and_what_is_default(good):
    config = from_parameters({**good, 'a.score_threshold': 0.5, 'policy': 'fcfs'})
    a, b = config.tasks
    assert (a.deadline_ms, b.deadline_ms, config.policy) == (50.0, 100.0, 'fcfs')
    assert (a.options, b.options) == ({'score_threshold': 0.5}, {})
    assert config.topics == ('front/image_raw',)
    assert config.topic_types() == {'front/image_raw': 'sensor_msgs/msg/Image'}
    assert config.source_of(b) is a


def test_policy_parameters_go_to_the_policy_that_knows_them(good):
    config = from_parameters({**good, 'policies.edf.margin_ms': 3, 'policies.fcfs.margin_ms': 5.0})
    assert config.policy_parameters == {'margin_ms': 3.0, 'probe_after': 10}
    assert from_parameters({**good, 'policy': 'edf'}).policy_parameters == {}


def test_a_compressed_topic_is_known_by_its_name(good):
    config = from_parameters({**good, 'a.topic': 'front/image_raw/compressed'})
    assert set(config.topic_types().values()) == {'sensor_msgs/msg/CompressedImage'}


@pytest.mark.parametrize('after', [['a', 'c'], ('a', 'c'), 'a, c', 'a,c'])
def test_a_task_may_come_after_several(good, after):
    three = {**good, 'tasks': ['a', 'b', 'c'], 'c.topic': good['a.topic']}
    three['c.network'] = good['a.network']
    config = from_parameters({**three, 'b.after': after})
    assert config.tasks[1].before == ('a', 'c')
    assert from_parameters({**good, 'b.after': ['a']}).tasks[1].before == ('a',)
    three['c.topic'] = 'rear/image'
    with pytest.raises(ConfigError, match="joins results of different frames: 'a' of"):
        from_parameters({**three, 'b.after': after})


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'tasks': []}, 'tasks: needs the name of at least one task'),
        ({'tasks': ['a', 'a']}, "tasks: names 'a' twice"),
        ({'policy': 'EDF'}, "unknown policy 'EDF'; did you mean 'edf'"),
        ({'tasks': 'a'}, 'tasks: must be a list of texts'),
        ({'tasks': ['a b']}, "'a b' cannot be a name"),
        ({'tasks': ['']}, "tasks: '' cannot be a name"),
        ({'units': ['cpu', 'gpu', 'cpu']}, "units: names 'cpu' twice"),
        ({'units': ['cpu', ' ']}, "units: ' ' cannot be a name"),
        ({'engine': ''}, "engine: '' cannot be a name"),
        ({'profiles': ' '}, "profiles: ' ' cannot be a name"),
        ({'tasks': ['policy']}, "'policy' is the name of a parameter"),
        ({'policy': 'edff'}, "policy: unknown policy 'edff'; did you mean 'edf'"),
        ({'a.deadline_ms': -5.0}, r'a\.deadline_ms: must be from 0.001 to'),
        ({'a.deadline_ms': float('nan')}, r'a\.deadline_ms: must be from .*, not nan'),
        ({'a.deadline_ms': float('inf')}, r'a\.deadline_ms'),
        ({'a.deadline_ms': 'soon'}, r"a\.deadline_ms: must be a number, not 'soon'"),
        ({'a.deadline_ms': True}, r'a\.deadline_ms: must be a number, not True'),
        ({'a.every_n': 1.5}, r'a\.every_n: must be a whole number'),
        ({'a.enabled': 1}, r'a\.enabled: must be true or false'),
        (
            {'a.score_threshold': -0.5},
            r'a\.score_threshold: must be from 0.0 to 1.0, not -0.5; leave',
        ),
        ({'a.deadline': 3}, r"a\.deadline: unknown parameter; did you mean 'a\.deadline_ms'"),
        ({'polcy': 'edf'}, "polcy: unknown parameter; did you mean 'policy'"),
        ({'a.network': ''}, r'a\.network: needs the YAML file of a network'),
        ({'a.network': 'none.yaml'}, r"a\.network: there is no file 'none\.yaml' \(looked for"),
        ({'a.network': 'package://no_such/x'}, "there is no package 'no_such'"),
        ({'a.topic': ''}, r'a\.topic: needs an input topic'),
        ({'b.after': ''}, r'b\.topic: needs an input topic or a task'),
        ({'b.topic': 'x'}, r'b\.after: give only one of topic and after'),
        ({'a.program': 'p:C'}, r'a\.program: give only one of network and program'),
        ({'a.network': 'x.onnx'}, r"a\.network: 'x\.onnx' is an ONNX file: name the YAML file"),
        ({'a': 'foo'}, "a: must be a group of keys: 'a.topic' and so on"),
        ({'tasks': array('q', [1, 2])}, r'tasks: must be a list of texts, not \[1, 2\]'),
        (
            {'a.trigger_topic': 'imu', 'a.trigger_type': 'Imu'},
            r"a\.trigger_type: 'Imu' is not of the form package/msg/Type",
        ),
        ({'a.topic_type': 'Image'}, r"a\.topic_type: 'Image' is not of the form"),
        ({'b.after': 'z'}, r"b\.after: there is no task named 'z'"),
        ({'b.after': 'b'}, r'b\.after: the cascade is a loop: b -> b'),
        ({'b.after': ['a', 'z']}, r"b\.after: there is no task named 'z'"),
        ({'b.after': ['a', 'b']}, r'b\.after: the cascade is a loop: b -> b'),
        ({'b.after': 'a, a'}, r"b\.after: names 'a' twice"),
        ({'b.after': 'a,'}, r"b\.after: 'a,' has a comma without a name"),
        ({'b.after': ['a', 3]}, r"b\.after: must be text or a list of texts, not \['a', 3\]"),
        ({'a.topic': 'bad topic'}, r"a\.topic: 'bad topic' cannot be the name of a topic"),
        ({'tasks': ['größe']}, "'größe' cannot be a name"),
        (
            {'b.trigger_topic': 'imu', 'b.trigger_type': 'sensor_msgs/msg/Imu'},
            r'b\.trigger_topic: a task after another cannot have',
        ),
        ({'a.topic_type': 'sensor_msgs/msg/Imu'}, r'a\.topic_type: is .*Imu: a network needs'),
        (
            {'a.topic': 'front/depth/compressedDepth'},
            r"a\.topic: 'front/depth/compressedDepth' carries compressedDepth of image_transport",
        ),
        ({'a.trigger_topic': 'imu'}, r'a\.trigger_type: trigger_topic and trigger_type'),
        (
            {'b.after': '', 'b.topic': 'front/image_raw', 'b.topic_type': 'x/msg/Y'},
            r"b\.topic_type: another task gives topic 'front/image_raw' the type sensor_msgs/",
        ),
    ],
)
def test_every_mistake_names_the_parameter(good, changes, message):
    with pytest.raises(ConfigError, match=message) as caught:
        from_parameters({**good, **changes})
    assert '\n' not in str(caught.value)


def _write(tmp_path, content):
    file = tmp_path / 'params.yaml'
    file.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return file


@pytest.mark.parametrize(
    'node', ['/**', 'scheduler', '/scheduler', '/robot/scheduler', '/**/scheduler']
)
def test_a_ros_parameter_file(tmp_path, node):
    write_network(tmp_path)
    file = _write(
        tmp_path,
        {
            node: {
                'ros__parameters': {
                    'use_sim_time': True,
                    'tasks': ['a'],
                    'qos_overrides': {'/x': {'subscription': {'depth': 3}}},
                    'a': {'network': 'net.yaml', 'topic': 'x'},
                }
            }
        },
    )
    assert from_file(file).tasks[0].network == str(tmp_path / 'net.yaml')


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ('a: [', 'params.yaml:1: cannot be read: '),
        ('- 1', r'params.yaml: has no parameters under'),
        ({'/**': {'tasks': ['a']}}, 'has no parameters under'),
        ('a: {b: 1, b: 2}', "the key 'b' is given twice, first in line 1"),
        (
            {'/**': {'ros__parameters': {'tasks': ['a'], 'a': {'topci': 'x'}}}},
            r"params\.yaml: a\.topci: unknown parameter; did you mean 'a\.topic",
        ),
    ],
)
def test_parameter_files_that_cannot_be_used(tmp_path, content, message):
    with pytest.raises(ConfigError, match=message):
        from_file(_write(tmp_path, content))
    with pytest.raises(ConfigError, match=r'none\.yaml: cannot be read'):
        from_file(tmp_path / 'none.yaml')


def test_what_ros_cannot_read_is_refused_without_ros_too(tmp_path):
    text = '/**:\n  ros__parameters:\n    a: &a {topic: x}\n    b: {<<: *a}\n'
    with pytest.raises(ConfigError, match=r'yaml:4: cannot be read: ROS parameter files know no'):
        from_file(_write(tmp_path, text))


def test_the_parameter_file_of_the_quick_start_suits_ros_too(tmp_path):
    page = CHECKOUT / 'docs' / 'tutorials' / 'own_network.md'
    blocks = page.read_text().split('```yaml\n')[1:]
    (block,) = [b.split('```')[0] for b in blocks if 'ros__parameters' in b]
    write_network(tmp_path, 'my_detector')
    (tmp_path / 'my_profiles.yaml').touch()
    assert [task.name for task in from_file(_write(tmp_path, block)).tasks] == [
        'detector',
        'tracker',
    ]
    # the YAML library of the ROS wheels takes a plain text with a colon in braces for a mistake
    assert not re.search(r'\{[^}"\']*://', block)


def test_the_parameter_files_that_come_with_the_package():
    files = sorted((share_of() / 'config').glob('*.yaml'))
    assert 'demo.yaml' in [file.name for file in files]
    for file in files:
        assert from_file(file).tasks, file


def test_every_parameter_is_described_and_its_default_is_allowed():
    for spec in (*SCHEDULER_PARAMETERS, *TASK_PARAMETERS, *built_in_specs().values()):
        assert len(spec.description) > 15, spec.name
        assert spec.check(spec.default) == spec.default
        assert f'{spec.name}`' in markdown()


def test_every_option_is_described_and_its_default_is_allowed():
    tables = [numbers_of_decoder(decoder) for decoder in decoder_classes().values()]
    tables += [numbers_of_program(name, '') for name in program_classes()]
    for name, number in [item for table in tables for item in table.items()]:
        spec = option_spec(name, number, 'it')
        assert len(number.description) > 15, name
        assert spec.check(spec.default) == spec.default
        assert f'`TASK.{name}`' in markdown()


def test_settings_of_policies_have_their_true_types():
    specs = built_in_specs()
    assert specs['policies.dream.tune'].check(False) is False
    with pytest.raises(ConfigError, match=r'policies\.dream\.tune: must be true or false, not 1'):
        specs['policies.dream.tune'].check(1, name='policies.dream.tune')
    assert type(specs['policies.horizon.budget'].check(600.0)) is int
    assert type(specs['policies.edf.margin_ms'].default) is float
    assert {name.split('.')[1] for name in specs} == set(policy_classes())


@pytest.mark.parametrize(
    ('name', 'problem'),
    [
        ('polcy', "polcy: unknown parameter; did you mean 'policy'?"),
        ('Policy', "Policy: unknown parameter; did you mean 'policy'?"),
        ('uints', "uints: unknown parameter; did you mean 'units'?"),
        ('a.deadline_mss', "a.deadline_mss: unknown parameter; did you mean 'a.deadline_ms'?"),
        ('a.score_treshold', "did you mean 'a.score_threshold'?"),
        ('a.robot_base', "a.robot_base: unknown parameter (the task's own options are: "),
        ('detctor.deadline_ms', "did you mean 'detector.deadline_ms'?"),
        ('detectr.dedline_ms', "did you mean 'detector.deadline_ms'?"),
        ('a', "a: must be a group of keys: 'a.topic' and so on"),
        ('policies.edf.margn_ms', "did you mean 'policies.edf.margin_ms'?"),
        ('policies.drem.tune', "did you mean 'policies.dream.tune'?"),
        ('policy_params.margin_ms', 'policy_params.margin_ms: is now policies.edf.margin_ms'),
        ('policy_params.tune', 'policy_params.tune: is now policies.dream.tune'),
    ],
)
def test_a_name_that_is_nearly_one_of_ours_is_refused(good, name, problem):
    values = {**good, 'tasks': ['a', 'b', 'detector'], 'detector.after': 'a'}
    values['detector.network'] = good['a.network']
    with pytest.raises(ConfigError) as error:
        from_parameters({**values, name: 5})
    assert problem in str(error.value) and '\n' not in str(error.value)


@pytest.mark.parametrize(
    ('names', 'told'),
    [
        (['robot_base_frame'], ['robot_base_frame: ignored, not a parameter of the scheduler']),
        (
            ['c.foo', 'x', 'c.bar', 'c.d.e', 'c.f'],
            [
                'c.foo, c.bar, c.d.e and 1 more: ignored, not parameters of the scheduler',
                'x: ignored, not a parameter of the scheduler',
            ],
        ),
        (['camera2.topic'], ["camera2.topic: ignored, 'camera2' is not in tasks (a, b)"]),
        (['qos_overrides./x.subscription.depth', 'use_sim_time', 'bond_timeout'], []),
        (['diagnostic_updater.period', 'start_type_description_service'], []),
    ],
)
def test_names_of_others_are_told_once_and_ignored(good, caplog, names, told):
    assert from_parameters({**good, **dict.fromkeys(names, 5)}) == from_parameters(good)
    assert [record.getMessage() for record in caplog.records] == told


def test_options_are_those_of_the_network_and_go_back_to_what_it_says(tmp_path):
    net = write_network(tmp_path, decoder_options={'score_threshold': 0.7})
    good = {'tasks': ['a'], 'a.network': str(net), 'a.topic': 'x'}
    table = table_of(('a',), good)
    assert list(table.options('a')) == [
        'score_threshold',
        'nms_iou',
        'max_detections',
        'max_candidates',
    ]
    assert table.options('a')['score_threshold'].default == 0.7
    assert 'net says 0.7' in table.options('a')['score_threshold'].description
    assert from_parameters({**good, 'a.score_threshold': 0.7}).tasks[0].options == {}
    assert from_parameters({**good, 'a.score_threshold': 0.6}).tasks[0].options == {
        'score_threshold': 0.6
    }
    with pytest.raises(ConfigError, match=r'from 0\.0 to 1\.0, not -1\.0; leave it out for the'):
        from_parameters({**good, 'a.score_threshold': -1.0})


def test_files_are_found_beside_the_setting_first(tmp_path):
    (tmp_path / 'detector.yaml').write_text('mine')
    assert find_file('detector.yaml', where='k', beside=tmp_path) == tmp_path / 'detector.yaml'
    assert find_file('detector.yaml', where='k').parent.name == 'models'


def test_folders_that_cannot_be_made(tmp_path):
    make_folder(tmp_path / 'a' / 'b')
    make_folder(tmp_path / 'a' / 'b')
    file = tmp_path / 'file'
    file.touch()
    with pytest.raises(ConfigError, match='file: is a file, not a folder'):
        make_folder(file)
    with pytest.raises(ConfigError, match='file/x: cannot be created: Not a directory'):
        make_folder(file / 'x')
    with pytest.raises(ConfigError, match='/proc/x: cannot be created: No such file'):
        make_folder(Path('/proc/x'))
