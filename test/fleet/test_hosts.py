# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A coordinator and three devices, each in a network namespace of its own, joined by a bridge.

Real processes, real links, real DDS over UDP. Only addresses within these namespaces are used.
Takes about two minutes: set EDGE_SCHED_TEST_DEVICES=1 (``make test-devices``).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from children import settled
from children import TIMEOUT_S
from hosts import Hosts
from hosts import why_no_hosts

from edge_sched_ros.bags.scene_bag import write_scene_bag
from edge_sched_ros.cli.processes import Programs
from edge_sched_ros.scenes.scene import Scene

pytestmark = [
    pytest.mark.dds,
    pytest.mark.skipif(
        not os.environ.get('EDGE_SCHED_TEST_DEVICES'),
        reason='takes minutes: EDGE_SCHED_TEST_DEVICES=1, or make test-devices',
    ),
]

_MODELS = 'package://edge_sched_ros/models'
_DEVICES = ('a', 'b', 'c')


@pytest.fixture(scope='module')
def bag(tmp_path_factory):
    path = tmp_path_factory.mktemp('bags') / 'scene'
    write_scene_bag(path, Scene(seed=5), frames=150)
    return path


@pytest.fixture
def hosts():
    if (reason := why_no_hosts()) is not None:
        pytest.skip(reason)
    with Hosts(('boss', *_DEVICES)) as found:
        yield found


@pytest.fixture
def fleet(hosts, tmp_path):
    # shared memory would go past the links: the namespaces share /dev/shm
    environment = {
        'ROS_DOMAIN_ID': '1',
        'ROS_AUTOMATIC_DISCOVERY_RANGE': 'SUBNET',
        'FASTDDS_BUILTIN_TRANSPORTS': 'UDPv4',
    }
    with Programs(logs=tmp_path, environment=environment) as programs:
        yield _Fleet(hosts, programs, tmp_path)


class _Fleet:
    def __init__(self, hosts, programs, folder):
        self.hosts, self.programs, self.folder = hosts, programs, folder
        self.devices = {name: self.device(name) for name in _DEVICES}
        file = folder / 'coordinator.yaml'
        task = {'topic': 'camera/image_raw', 'deadline_ms': 400.0}
        tasks = {
            one: {'network': f'{_MODELS}/{one}.yaml', **task} for one in ('detector', 'depth')
        }
        values = {
            'tasks': list(tasks),
            **tasks,
            'use_sim_time': True,
            'home_runs': False,
            'high_level_policy': 'least_loaded',
            'summary_file': str(folder / 'summary.json'),
        }
        file.write_text(json.dumps({'/**': {'ros__parameters': values}}))
        arguments = ('--ros-args', '--params-file', str(file))
        self.boss = self.start('boss', 'boss', 'coordinator_node', *arguments)
        for name in _DEVICES:
            self.wait(f'the device {name} has joined')

    def start(self, host, name, module, *arguments):
        command = [sys.executable, '-m', f'edge_sched_ros.nodes.{module}', *arguments]
        return self.programs.start(name, settled(self.hosts.command(host, command)))

    def device(self, name):
        networks = f'networks:=["{_MODELS}/detector.yaml", "{_MODELS}/depth.yaml"]'
        arguments = ('--ros-args', '-p', f'device:="{name}"', '-p', networks)
        return self.start(name, f'device_{name}', 'device_node', *arguments)

    def wait(self, text, count=1):
        self.boss.wait_for(lambda log: log.count(text) >= count, what=text, timeout_s=TIMEOUT_S)

    def play(self, bag):
        player = self.start('boss', 'player', 'bag_player', str(bag), '--loop')
        player.wait_for(lambda log: 'playing' in log, what='played', timeout_s=TIMEOUT_S)
        return player

    def when(self, text, count=1):
        """Return when the coordinator said something, on the wall clock."""
        lines = [line for line in self.boss.output().splitlines() if text in line]
        return float(lines[count - 1].split('[')[2].partition(']')[0])

    def end(self):
        """End the coordinator and return its account, which must add up."""
        assert self.boss.interrupt() == 0, self.boss.output()
        summary = json.loads((self.folder / 'summary.json').read_text())
        for one in summary['tasks'].values():
            ended = one['on_time'] + one['late']
            ended += sum(one['dropped'].values()) + sum(one['failed'].values())
            assert one['released'] == ended > 0 and not one['in_flight']
        for name in _DEVICES:
            counts = summary['devices'][name]['counts']
            ended = sum(n for key, n in counts.items() if key.startswith(('failed.', 'dropped.')))
            ended += counts['exited'] + counts['cancelled'] + counts['in_flight']
            assert counts['pushed'] == ended
        return summary


def _done(summary):
    return {name: sum(one['done'].values()) for name, one in summary['devices'].items()}


def test_hosts_share_the_work_and_one_is_killed(fleet, bag):
    player = fleet.play(bag)
    time.sleep(6)
    died_at = time.time()
    fleet.hosts.kill('a')
    fleet.wait('the device a is lost: silent')
    noticed_s = fleet.when('the device a is lost: silent') - died_at
    time.sleep(4)
    player.interrupt()
    summary = fleet.end()
    print(f'noticed after {noticed_s:.2f} s; {_done(summary)}')
    done = _done(summary)
    assert done['a'] > 0 and done['b'] > 0 and done['c'] > 0 and not done['home']


def test_a_link_is_cut_and_restored(fleet, bag):
    player = fleet.play(bag)
    time.sleep(4)
    fleet.hosts.cut('b')
    fleet.wait('the device b is lost: silent')
    time.sleep(3)
    fleet.hosts.restore('b')
    fleet.wait('the device b has joined', count=2)
    before = len(fleet.boss.output())
    time.sleep(4)
    player.interrupt()
    summary = fleet.end()
    print(_done(summary), fleet.boss.output()[before:])
    assert summary['devices']['b']['times_lost'] >= 1
    assert summary['devices']['b']['state'] == 'in use'


def test_a_hung_host_is_lost_and_comes_back(fleet, bag):
    player = fleet.play(bag)
    time.sleep(3)
    fleet.hosts.signal('c', signal.SIGSTOP)
    fleet.wait('the device c is lost: silent')
    fleet.hosts.signal('c', signal.SIGCONT)
    fleet.wait('the device c has joined', count=2)
    player.interrupt()
    assert fleet.end()['devices']['c']['times_lost'] >= 1


def test_a_slow_lossy_link_costs_and_does_not_stall(fleet, bag):
    problem = fleet.hosts.impair('a', 'delay 50ms loss 20%')
    if problem is not None:
        pytest.skip(f'tc netem cannot be used here: {problem}')
    player = fleet.play(bag)
    time.sleep(10)
    player.interrupt()
    summary = fleet.end()
    done = _done(summary)
    print(done, summary['devices']['a']['latency_ms'])
    assert summary['devices']['a']['latency_ms'] > 20
    assert done['a'] < min(done['b'], done['c'])
