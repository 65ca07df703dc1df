# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A device serves only coordinators, and takes only tensors of devices, that it was told of."""

from __future__ import annotations

import logging

import pytest
from fleets import Fleet

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.fleet.settings import allowed_names


def test_a_device_serves_the_coordinator_that_it_was_told_of():
    fleet = Fleet()
    orin = fleet.add('orin', coordinators=('other', 'boss'), peers=('home',))
    fleet.run(500)
    fleet.run(1000, fps=10)
    fleet.run(200)
    assert fleet.outcomes() == {'on_time': 10}
    assert not orin.server.account.rejected


def test_a_device_serves_no_other_coordinator(caplog):
    caplog.set_level(logging.WARNING)
    fleet = Fleet()
    orin = fleet.add('orin', coordinators=('other',))
    fleet.run(1000, fps=10)
    fleet.run(500)
    assert fleet.outcomes() == {'dropped no_device': 10}
    assert orin.server.serves == '' and orin.runner.ran == 0
    assert orin.server.account.rejected['unknown_coordinator'] > 10
    lines = [one for one in caplog.messages if 'coordinators' in one]
    assert lines == ["orin: 'boss' is not one of coordinators"]


def test_tensors_of_others_are_counted_and_left(caplog):
    fleet = Fleet()
    orin = fleet.add('orin', peers=('left',))
    fleet.run(500)
    fleet.run(300, fps=10)
    assert orin.runner.ran == 0
    assert orin.server.account.rejected['unknown_peer'] >= 3
    assert orin.server.account.tensors_in == 0
    orin.server.validate()
    assert "orin: 'home' is not one of peers" in caplog.messages


@pytest.mark.parametrize('key', ['coordinators', 'peers'])
def test_names_that_cannot_be_any_are_told_by_their_key(key):
    assert allowed_names({key: ['a', 'b']}, key) == ('a', 'b')
    with pytest.raises(ConfigError, match="'a b'") as found:
        allowed_names({key: ['a b']}, key)
    assert found.value.where == key
