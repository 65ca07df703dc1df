# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Arguments of launch files: what is taken, and one line for what is not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.settings import launch_arguments as check

ROOT = Path(__file__).resolve().parents[2]
NAMES = ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE')


def test_a_policy_from_outside_is_imported_by_the_node_alone():
    assert check.policy('nowhere.at_all:Mine+drop') == 'nowhere.at_all:Mine+drop'
    assert check.scheduler({'policy': 'nowhere:Mine'}) == {'policy': 'nowhere:Mine'}
    for text, problem in (
        ('edff', "policy: unknown policy 'edff'; did you mean 'edf'"),
        (':Mine', "policy: ':Mine' is not of the form package.module:Class"),
    ):
        for refuse in (check.policy, lambda text: check.scheduler({'policy': text})):
            with pytest.raises(ConfigError) as error:
                refuse(text)
            assert str(error.value).startswith(problem)


@pytest.mark.parametrize('text', ['true', 'True', '1', 'yes', 'on'])
def test_what_means_true(text):
    assert check.truth('use_sim_time', text) is True


@pytest.mark.parametrize('text', ['maybe', '2', 'truee', ' '])
def test_what_is_neither_true_nor_false(text):
    with pytest.raises(ConfigError) as error:
        check.truth('use_sim_time', text)
    assert str(error.value) == f"use_sim_time: '{text}' is neither true nor false"


@pytest.mark.parametrize(
    ('text', 'meant'), [('', ''), ('/', '/'), ('a', 'a'), ('/a/b_1', '/a/b_1'), ('a/', 'a')]
)
def test_namespaces(text, meant):
    assert check.namespace(text) == meant


@pytest.mark.parametrize('text', ['a b', '1a', 'a//b', 'a-b', '~', 'ä'])
def test_what_is_no_namespace(text):
    with pytest.raises(ConfigError, match=f"namespace: '{text}' is not a namespace"):
        check.namespace(text)


def test_log_levels():
    for text in ('info', 'WARN', 'scheduler:=debug'):
        assert check.log_level(text) == text
    with pytest.raises(ConfigError, match="log_level: 'loud' is not one of debug"):
        check.log_level('loud')


def test_policies_by_name():
    assert check.policy('edf+drop') == 'edf+drop'
    with pytest.raises(ConfigError, match=r"unknown policy 'edff'; did you mean 'edf'\?"):
        check.policy('edff')


@pytest.mark.parametrize('text', ['0', '-1', 'fast', 'nan', 'inf', ''])
def test_rates_that_cannot_be(text):
    with pytest.raises(ConfigError, match=r'rate: .* is not a number above zero'):
        check.rate(text)
    assert check.rate('0.5') == '0.5'


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('1e3', 'must be from 0.0 to 60.0, not 1000.0'),
        ('-0.1', 'must be from 0.0 to 60.0, not -0.1'),
        ('inf', 'must be from 0.0 to 60.0, not inf'),
        ('often', "'often' is not a number"),
        ('nan', "'nan' is not a number"),
    ],
)
def test_parameters_have_the_range_of_their_table(text, message):
    assert check.scheduler({'bond_heartbeat_period': '60'}) == {'bond_heartbeat_period': 60.0}
    with pytest.raises(ConfigError) as error:
        check.scheduler({'bond_heartbeat_period': text})
    assert str(error.value) == f'bond_heartbeat_period: {message}'


def test_what_is_not_given_is_not_handed_on():
    assert check.scheduler({}) == {}
    given = {'policy': '', 'autostart': 'no', 'summary_file': '12', 'use_sim_time': '1'}
    assert check.scheduler({**given, 'namespace': 'robot', 'log_level': 'warn'}) == {
        'autostart': False,
        'summary_file': '12',
        'use_sim_time': True,
    }


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('', 'player: must be a command, not empty'),
        ('play "it', "player: 'play \"it' is not a command: No closing quotation"),
        ('no_such_program --now', "player: there is no program 'no_such_program'"),
    ],
)
def test_commands(text, message):
    assert check.command('player', 'sh -c "a b"') == ['sh', '-c', 'a b']
    with pytest.raises(ConfigError) as error:
        check.command('player', text)
    assert str(error.value) == message


def test_what_a_launch_file_decides_itself():
    check.simulated_time('')
    check.simulated_time('true')
    with pytest.raises(ConfigError, match=r"use_sim_time: 'false' is not possible in a replay"):
        check.simulated_time('false')
    check.left_to_a_manager('false')
    with pytest.raises(ConfigError, match=r"autostart: 'true' is not possible: the manager"):
        check.left_to_a_manager('true')


def test_files(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    (tmp_path / 'a.yaml').write_text('')
    # no shell expands the ~ in params_file:=~/a.yaml
    assert check.existing('params_file', '~/a.yaml') == str(tmp_path / 'a.yaml')
    with pytest.raises(ConfigError, match='params_file: there is no file /nowhere'):
        check.existing('params_file', '/nowhere')
    with pytest.raises(ConfigError, match='is a folder, not a file'):
        check.existing('params_file', str(tmp_path))
    assert check.existing('bag', str(tmp_path), folder=True) == str(tmp_path)


def test_the_profile_is_given_only_where_the_user_has_none(tmp_path):
    ours, theirs = tmp_path / 'ours.xml', tmp_path / 'theirs.xml'
    ours.write_text('')
    theirs.write_text('')
    for distro, names in (('jazzy', NAMES), ('humble', NAMES), ('kilted', NAMES[:1])):
        found = check.dds_environment('', str(ours), {'ROS_DISTRO': distro})
        assert found == dict.fromkeys(names, str(ours))
    assert check.dds_environment('', str(ours), {NAMES[0]: ''}) != {}
    for name in (*NAMES, 'FASTDDS_BUILTIN_TRANSPORTS'):
        environment = {name: 'theirs'}
        assert check.dds_environment('', str(ours), environment) == {}
        assert check.dds_environment('none', str(ours), environment) == {}
        asked = check.dds_environment(str(theirs), str(ours), environment)
        assert asked == dict.fromkeys(NAMES[:1], str(theirs))
    with pytest.raises(ConfigError, match=r'dds_profile: there is no file /gone\.xml'):
        check.dds_environment('/gone.xml', str(ours), {})


@pytest.mark.parametrize('name', [*NAMES, 'FASTDDS_BUILTIN_TRANSPORTS'])
def test_the_environment_of_make_setup_follows_the_same_rule(name):
    env = {key: value for key, value in os.environ.items() if not key.startswith('FAST')}
    run = [str(ROOT / 'dev' / 'env.sh'), 'printenv', *NAMES]

    def seen(env):
        out = subprocess.run(run, env=env, capture_output=True, text=True, timeout=60)
        if 'nothing is built' in out.stderr:
            pytest.skip('the environment of make setup is not here')
        return out.stdout.split()

    names = NAMES if os.environ.get('DISTRO', 'jazzy') == 'jazzy' else NAMES[:1]
    assert seen(env) == [str(ROOT / 'config/dds/large_images.xml')] * len(names)
    assert seen({**env, name: 'theirs'}) == (['theirs'] if name in NAMES else [])
