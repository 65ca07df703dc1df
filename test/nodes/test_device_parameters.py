# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters that a device does not have: a typing mistake is refused, the rest is logged."""

from __future__ import annotations

import logging

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.nodes.devices.declared import judge_unknown
from edge_sched_ros.nodes.devices.declared import refuse_mistyped


class _Node:
    def __init__(self, *names):
        self._parameter_overrides = dict.fromkeys(names)

    def get_logger(self):
        return logging.getLogger('device')


def test_a_mistyped_parameter_is_refused_with_the_right_name():
    with pytest.raises(ConfigError) as error:
        judge_unknown(_Node('polcy'), ['policy', 'units'])
    assert str(error.value) == "polcy: unknown parameter; did you mean 'policy'?"


def test_a_parameter_of_other_nodes_is_logged_and_those_of_ros_are_not(caplog):
    judge_unknown(_Node('use_sim_time', 'gain', 'units'), ['policy', 'units'])
    assert [record.message for record in caplog.records] == [
        'gain: ignored, not a parameter of this node'
    ]


def test_only_what_is_nearly_one_of_the_checked_names_is_refused():
    node = _Node('high_level_polcy')
    with pytest.raises(ConfigError, match="did you mean 'high_level_policy'"):
        refuse_mistyped(node, ['high_level_policy'], ['policy'])
    assert refuse_mistyped(_Node('policy'), ['high_level_policy'], ['policy']) == []
    assert refuse_mistyped(_Node('gain'), ['high_level_policy'], ['policy']) == ['gain']
