# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What scheduler.launch.py starts, as launch itself performs it."""

from __future__ import annotations

from pathlib import Path

import pytest

launch = pytest.importorskip('launch', reason='ROS launch is not here')
pytest.importorskip('launch_ros', reason='ROS launch is not here')

LAUNCH = Path(__file__).resolve().parents[2] / 'launch'


def _load(file):
    namespace = {'__file__': str(file)}
    exec(compile(file.read_text(), str(file), 'exec'), namespace)
    return namespace['generate_launch_description']()


@pytest.fixture
def performed():
    """Return a function that performs scheduler.launch.py with arguments: the actions it gives."""

    def perform(**arguments):
        context = launch.LaunchContext()
        context.launch_configurations.update(arguments)
        found = []
        for entity in _load(LAUNCH / 'scheduler.launch.py').entities:
            found += entity.visit(context) or []
        return found

    return perform


def _environment(node):
    return {''.join(p.text for p in k): ''.join(p.text for p in v) for k, v in node.additional_env}


def test_the_dds_profile_is_this_nodes_alone_and_only_where_the_user_has_none(
    performed, monkeypatch
):
    names = ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE')
    for name in (*names, 'FASTDDS_BUILTIN_TRANSPORTS'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv('ROS_DISTRO', 'jazzy')
    # nothing is set for whoever is started later
    (node,) = performed()
    own = _environment(node)
    assert set(own) == set(names)
    assert all(value.endswith('large_images.xml') for value in own.values())
    monkeypatch.setenv(names[1], '/theirs.xml')
    (node,) = performed()
    assert not node.additional_env
    (node,) = performed(dds_profile=str(LAUNCH / 'scheduler.launch.py'))
    assert set(_environment(node).values()) == {str(LAUNCH / 'scheduler.launch.py')}


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ({'use_sim_time': 'maybe'}, "use_sim_time: 'maybe' is neither true nor false"),
        ({'autostart': 'no way'}, "autostart: 'no way' is neither true nor false"),
        ({'log_level': 'loud'}, "log_level: 'loud' is not one of debug"),
        ({'namespace': 'a b'}, "namespace: 'a b' is not a namespace"),
        ({'policy': 'edff'}, "policy: unknown policy 'edff'"),
        ({'params_file': '/nowhere.yaml'}, 'params_file: there is no file /nowhere.yaml'),
        ({'respawn': 'maybe'}, "respawn: 'maybe' is neither true nor false"),
        ({'respawn_delay': 'soon'}, "respawn_delay: 'soon' is not a number"),
        ({'dds_profile': '/nowhere.xml'}, 'dds_profile: there is no file /nowhere.xml'),
    ],
)
def test_a_bad_argument_is_one_line(performed, arguments, message):
    with pytest.raises(Exception, match=message) as error:
        performed(**arguments)
    assert '\n' not in str(error.value)


def test_a_node_that_is_started_again_has_a_state_file(performed, monkeypatch, tmp_path):
    monkeypatch.setenv('ROS_HOME', str(tmp_path))
    (node,) = performed()
    assert not _respawn(node) and 'state_file' not in _parameters(node)
    (node,) = performed(respawn='true', respawn_delay='0.5', namespace='left')
    assert _respawn(node)
    assert _parameters(node)['state_file'].endswith('edge_sched_ros/left.scheduler.state.json')


def _respawn(node):
    return node._ExecuteLocal__respawn


def _parameters(node):
    files_and_dicts = node._Node__parameters
    context = launch.LaunchContext()
    return {
        ''.join(part.perform(context) for part in name): value.evaluate(context)
        for each in files_and_dicts
        if isinstance(each, dict)
        for name, value in each.items()
    }


def test_the_double_namespace_is_in_the_arguments_description():
    arguments = _load(LAUNCH / 'scheduler.launch.py').get_launch_arguments()
    (namespace,) = [a for a in arguments if a.name == 'namespace']
    assert 'PushRosNamespace' in namespace.description


@pytest.mark.parametrize('suffix', ['xml', 'yaml'])
def test_xml_and_yaml_remap_the_topics_of_what_they_include(suffix):
    pytest.importorskip(f'launch_{suffix}', reason='this form of launch files is not here')
    packages = pytest.importorskip('ament_index_python.packages')
    if 'launch' not in packages.get_packages_with_prefixes():
        pytest.skip('launch is not installed as a package: its grammar cannot be found')
    sources = pytest.importorskip('launch.launch_description_sources')
    context = launch.LaunchContext()
    context.launch_configurations['front'] = '/cam/image_raw/compressed'
    file = LAUNCH / f'two_cameras.launch.{suffix}'
    source = sources.AnyLaunchDescriptionSource(str(file))
    todo = list(source.get_launch_description(context).entities)
    while type(todo[0]).__name__ != 'Node':
        todo[:1] = todo[0].visit(context) or []
    remapped = {tuple(rule) for rule in context.launch_configurations['ros_remaps']}
    assert remapped == {
        ('front/image_raw', '/cam/image_raw/compressed'),
        ('rear/image_raw/compressed', '/rear/image_raw/compressed'),
    }
    assert context.launch_configurations['params_file'].endswith('config/two_cameras.yaml')
