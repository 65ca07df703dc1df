# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a node's agent takes from its files, and takes back again."""

from __future__ import annotations

import json

import pytest
from kube_objects import node
from kube_objects import pod

from edge_sched_ros.cluster.agent import read_observed
from edge_sched_ros.cluster.node_costs import read_profiles
from edge_sched_ros.cluster.publication import Facts
from edge_sched_ros.cluster.publication import node_patch
from edge_sched_ros.core.errors import ConfigError

OBSERVED, PROFILES = 'edge-sched.io/observed', 'edge-sched.io/profiles'


@pytest.mark.parametrize(
    'value', ['1' + '0' * 400, 'NaN', 'Infinity', '-Infinity', '1e999', 'true', '-1', '"5"']
)
def test_what_is_no_time_is_left_out_and_named(tmp_path, caplog, value):
    (tmp_path / 'o.json').write_text(f'{{"default/a": 3.14159, "default/b": {value}}}')
    assert read_observed(tmp_path / 'o.json') == {'default/a': 3.142}
    (line,) = caplog.messages
    assert 'default/b' in line and 'o.json' in line and len(line) < 300


def test_good_values_are_taken_without_a_word(tmp_path, caplog):
    (tmp_path / 'o.json').write_text('{"default/a": 0, "default/b": 2.5}')
    assert read_observed(tmp_path / 'o.json') == {'default/a': 0.0, 'default/b': 2.5}
    assert not caplog.messages


def test_too_much_for_an_annotation_is_named(tmp_path, caplog):
    many = {f'default/pod-{n}': 1.5 for n in range(20_000)}
    (tmp_path / 'o.json').write_text(json.dumps(many))
    assert read_observed(tmp_path / 'o.json') is None
    assert 'bytes' in caplog.messages[0]
    costs = ', '.join(f'n{n}: {{gpu: 10}}' for n in range(20_000))
    (tmp_path / 'p.yaml').write_text(f'costs: {{{costs}}}')
    with pytest.raises(ConfigError, match=r'--profiles .*p\.yaml: costs: .* bytes'):
        read_profiles(tmp_path / 'p.yaml')


def test_profiles_with_a_cost_as_a_unit_are_named(tmp_path):
    (tmp_path / 'p.yaml').write_text('costs: {x: {gpu: 10, memory_mib: 300}}')
    with pytest.raises(ConfigError, match=r'costs\.x\.memory_mib: goes beside latency_ms'):
        read_profiles(tmp_path / 'p.yaml')


def test_what_a_profile_measured_by_stage_is_published_by_network(tmp_path):
    stages = [
        {'name': 'pre', 'cost': {'cpu0': {'latency_ms': 2, 'memory_mib': 1, 'source': 'here'}}},
        {'name': 'infer', 'cost': {'cpu0': 30, 'gpu0': 5}},
    ]
    data = {
        'units': ['cpu0', 'gpu0'],
        'networks': {'n': {'stages': stages}},
        'costs': {'resize': {'gpu0': {'latency_ms': 1, 'cv': 0.1}, 'orin_dla': 3}},
    }
    (tmp_path / 'p.yaml').write_text(json.dumps(data))
    assert read_profiles(tmp_path / 'p.yaml') == {
        'resize': {'gpu0': {'latency_ms': 1.0, 'cv': 0.1}},
        'n': {'cpu0': {'latency_ms': 32.0, 'memory_mib': 1.0}},
    }


def test_what_is_no_longer_said_is_taken_back():
    said = node('n', observed='{"default/a": 9}', profiles='{"x": {"gpu": 1}}', other='stays')
    patch = node_patch(Facts({}), said)
    changed = patch['metadata']['annotations']
    assert changed[OBSERVED] is None and changed[PROFILES] is None
    assert set(changed) == {OBSERVED, PROFILES, 'edge-sched.io/units'}
    assert OBSERVED not in node_patch(Facts({}), node('n'))['metadata']['annotations']


def test_a_bad_word_on_a_node_or_pod_is_logged_once(make_service, caplog):
    service = make_service('gpu-0')
    caplog.clear()
    bad = pod('a', node='gpu-0', observed_ms='soon')
    for _ in range(3):
        service.note('pods', 'MODIFIED', bad)
        service.note('nodes', 'MODIFIED', node('n', 'abacus'))
        service.note('nodes', 'MODIFIED', node('gpu-0', observed='{"default/a": "5"}'))
    words = ("default/a: annotation edge-sched.io/observed-ms: 'soon'", "is 'abacus'", 'gpu-0')
    warnings = [one.getMessage() for one in caplog.records if one.levelname == 'WARNING']
    assert len(warnings) == 3
    assert all(any(word in line for line in warnings) for word in words)
    service.note('nodes', 'MODIFIED', node('n', 'gpu', profiles='{'))
    service.note('pods', 'MODIFIED', pod('a', node='gpu-0', observed_ms='-3'))
    assert "'-3'" in caplog.messages[-1] and 'is not JSON' in caplog.messages[-2]
    before = len(caplog.messages)
    service.note('pods', 'MODIFIED', pod('a', node='gpu-0', observed_ms='3'))
    assert len(caplog.messages) == before


def test_costs_no_unit_of_the_node_would_use_are_logged(make_service, caplog):
    service = make_service('gpu-0')
    service.note('nodes', 'MODIFIED', node('gpu-0', profiles='{"small": {"gpuu": 5}}'))
    assert service.counts()['unusable_nodes'] == 0
    assert 'small.gpuu' in caplog.messages[-1]


def test_an_observed_number_above_all_floats_breaks_no_list(make_service):
    service = make_service('gpu-0')
    huge = '{"default/a": 1' + '0' * 400 + '}'
    service.replace('nodes', [node('gpu-0', observed=huge), node('gpu-1')])
    assert service.counts()['nodes'] == 2
