# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages name the keys that a file has, in whichever form it gives its networks."""

from __future__ import annotations

import json

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.system_file import SystemFile

STAGES = [{'name': 'a', 'cost': {'gpu0': {'latency_ms': 1, 'leave_ms': -1}}}]


@pytest.mark.parametrize(
    ('network', 'key'),
    [
        ({'cost': {'gpu0': -2}}, 'cost.gpu0'),
        ({'cost': {'gpu0': [1, -2]}}, 'cost.gpu0.1'),
        ({'cost': {'gpu0': {'latency_ms': -2}}}, 'cost.gpu0.latency_ms'),
        ({'cost': {'gpu0': {'latency_ms': [1, -2]}}}, 'cost.gpu0.latency_ms.1'),
        (
            {'cost': {'gpu0': {'latency_ms': [1, 2, 3], 'enter_ms': [0, -1]}}},
            'cost.gpu0.enter_ms.1',
        ),
        ({'cost': {'gpu0': {'latency_ms': [1, 2], 'leave_ms': -1}}}, 'cost.gpu0.leave_ms'),
        ({'cost': {'gpu0': {'latency': 3}}}, 'cost.gpu0.latency'),
        ({'cost': {'gpu0': [1], 'dla0': [1, 2]}}, 'cost.dla0'),
        ({'cost': {'gpu0': {'latency_ms': []}}}, 'cost.gpu0.latency_ms'),
        ({'stages': STAGES}, 'stages.0.cost.gpu0.leave_ms'),
        ({'variants': {'m': {'stages': STAGES}}}, 'variants.m.stages.0.cost.gpu0.leave_ms'),
        ({'variants': {'m': {'cost': {'gpu0': [-1]}}}}, 'variants.m.cost.gpu0.0'),
        ({'variants': {'m': {'cost': 3}}}, 'variants.m.cost'),
        ({'layers': 'x', 'cost': {'gpu0': 1}}, 'cost'),
        ({'accuracy': 2, 'stages': STAGES[:0], 'cost': {'gpu0': 1}}, 'accuracy'),
    ],
)
def test_a_key_is_named_as_it_is_written(network, key):
    with pytest.raises(ConfigError) as error:
        parse_system(('own.yaml', {'units': ['gpu0'], 'networks': {'a': network}}))
    whole = f'networks.a.{key}' if key else 'networks.a'
    assert error.value.where == f'own.yaml: {whole}'


@pytest.mark.parametrize(
    ('data', 'key'),
    [
        ({'networks': {'a': {'cost': {'gpu0': 2}}}}, 'networks.a.cost'),
        ({'networks': {'a': {'cost': {'gpu0': [1, 2]}}}}, 'networks.a.cost'),
        ({'networks': {'a': {'stages': STAGES}}}, 'networks.a.stages.0.cost'),
        (
            {'networks': {'a': {'variants': {'base': {'stages': STAGES}}}}},
            'networks.a.variants.base.stages.0.cost',
        ),
        (
            {'networks': {'a': {'variants': {'base': {'cost': {'gpu0': 1}}}}}},
            'networks.a.variants.base.cost',
        ),
        ({'costs': {'a': {'gpu0': 2}}}, 'costs.a'),
    ],
)
def test_later_messages_name_the_cost_of_a_stage_as_it_is_written(data, key):
    good = [{'name': 'a', 'cost': {'gpu0': 1}}]
    text = json.dumps(data).replace(json.dumps(STAGES), json.dumps(good))
    system = parse_system(('own.yaml', {'units': ['gpu0'], **json.loads(text)}))
    assert system.variant_at('a')('stages', '0', 'cost') == f'own.yaml: {key}'


def test_a_system_that_was_made_by_hand_has_the_keys_of_its_models():
    assert SystemFile().variant_at('a')('layers') == ': networks.a.variants.base.layers'
