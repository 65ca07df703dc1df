# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node under a lifecycle manager as nav2 has it, with and without a bond."""

from __future__ import annotations

import sys
import time

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('bond.msg', reason='the messages of bond are not here')

from nav2_manager import Manager
from ros import TIMEOUT_S

from edge_sched_ros.nodes import ros_messages

pytestmark = pytest.mark.ros


@pytest.fixture
def manage(bench):
    """Return a function that makes a manager of the scheduler."""

    def make(bond_timeout):
        def spin():
            bench.executor.spin_once(timeout_sec=0.02)

        return Manager(bench.watcher, spin, ['scheduler'], bond_timeout)

    return make


def test_a_bond_is_formed_kept_ended_and_formed_again(bench, start, manage):
    start(autostart=False, bond_heartbeat_period=0.05)
    manager = manage(TIMEOUT_S)
    assert manager.startup() == ''
    first = manager.said[0][0]
    bench.wait_for(lambda: len(manager.said) > 5, 'heartbeats')
    assert set(manager.said) == {(first, True)}
    assert manager.pause() == ''
    bench.wait_for(lambda: manager.said[-1] == (first, False), 'the end of the bond')
    count = len(manager.said)
    assert manager.resume() == ''
    # to the manager it is another one: the first may not be taken for it
    assert manager.said[count][0] != first and manager.said[count][1]
    assert manager.shutdown() == ''
    assert not manager.said[-1][1]


def test_without_a_bond_the_managers_must_be_off_too(bench, start, manage):
    start(autostart=False)
    assert manage(0.5).startup() == 'Server scheduler was unable to be reached by bond'


def test_without_bonds_on_both_sides(start, manage):
    start(autostart=False)
    manager = manage(0.0)
    assert manager.startup() == ''
    assert manager.said == []
    assert manager.shutdown() == ''


def test_a_node_that_hangs_is_noticed(bench, start, manage):
    node = start(autostart=False, bond_heartbeat_period=0.05)
    manager = manage(TIMEOUT_S)
    assert manager.startup() == '' and manager.broken() == []
    bench.executor.remove_node(node)
    # messages already under way
    bench.wait_for(lambda: time.monotonic() - manager._beats['scheduler'][0] > 0.5, 'silence')
    manager._bond_timeout = 0.5
    assert manager.broken() == ['scheduler']


def test_a_bond_without_its_package_is_one_line(start, monkeypatch, capfd):
    monkeypatch.setitem(sys.modules, 'bond.msg', None)
    ros_messages.message_class.cache_clear()
    start(bond_heartbeat_period=0.25)
    ros_messages.message_class.cache_clear()
    err = capfd.readouterr().err
    assert 'cannot be configured: bond_heartbeat_period: a bond needs the package bond' in err
