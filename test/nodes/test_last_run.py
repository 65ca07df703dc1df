# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node says what the last run lost, in its log and its diagnostics."""

from __future__ import annotations

import errno
import json
import os

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from diagnostic_msgs.msg import DiagnosticArray

pytestmark = pytest.mark.ros


def test_a_node_tells_what_the_last_run_lost(bench, start, tmp_path, capfd):
    file = tmp_path / 'run' / 'state.json'
    node = start(state_file=str(file))
    bench.wait_for(file.exists, 'the state file')
    state = json.loads(file.read_text())
    assert not state['ended'] and 'detector' in state['tasks']
    node.trigger_deactivate()
    state = json.loads(file.read_text())
    assert state['ended']
    # as a node leaves it that is killed
    state['tasks']['detector'] |= {'released': 9, 'on_time': 5}
    file.write_text(json.dumps(state | {'ended': False}))
    node.trigger_cleanup()
    heard = bench.listen(DiagnosticArray, '/diagnostics')
    node.trigger_configure()
    node.trigger_activate()

    def told():
        lines = [line for array in heard for line in array.status]
        return [line for line in lines if line.name.endswith(': last run')]

    bench.wait_for(told, 'the line of the last run')
    assert '4 frames in flight (detector 4)' in told()[0].message
    assert 'ended without a shutdown' in (said := capfd.readouterr()).out + said.err
    # told for one activation
    node.trigger_deactivate()
    heard.clear()
    node.trigger_activate()
    bench.wait_for(lambda: len(heard) >= 3, 'reports')
    # what was sent before may arrive after it
    assert not [line for line in heard[-1].status if line.name.endswith(': last run')]
    # after an orderly end there is nothing to tell
    node.trigger_deactivate()
    node.trigger_cleanup()
    assert node.trigger_configure().name == 'SUCCESS'
    assert node._last_run == ''


def test_a_state_file_that_cannot_be_written_is_told_until_it_can(
    bench, start, tmp_path, monkeypatch, capfd
):
    node = start(state_file=str(tmp_path / 'state.json'))
    heard = bench.listen(DiagnosticArray, '/diagnostics')

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def told():
        newest = heard[-1].status if heard else ()
        return [line.message for line in newest if line.name.endswith(': state file')]

    with monkeypatch.context() as patch:
        patch.setattr(node._reporter._state, 'write', full)
        bench.wait_for(told, 'the line')
        assert told() == ['state_file: cannot be written: No space left on device']
        before = len(heard)
        bench.wait_for(lambda: len(heard) > before + 2, 'two reports')
    bench.wait_for(lambda: heard and not told(), 'its end')
    said = capfd.readouterr()
    assert (said.out + said.err).count('state_file: cannot be written') == 1
