# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node begins with the costs of a system file, and says of which machine they are."""

from __future__ import annotations

import pytest
import yaml
from diagnostic_msgs.msg import DiagnosticArray

from edge_sched_ros.cli.main import main

pytestmark = pytest.mark.ros


def _line(bench):
    """Return level, message and values of the diagnostics of costs."""
    arrays = bench.listen(DiagnosticArray, '/diagnostics')

    def found():
        statuses = [status for array in arrays for status in array.status]
        return next((one for one in statuses if one.name.endswith(': profiles')), None)

    status = bench.wait_for(found, 'diagnostics of profiles')
    return status.level, status.message, {value.key: value.value for value in status.values}


def test_what_edge_sched_profile_wrote_is_known_from_the_start(bench, start, tmp_path):
    path = tmp_path / 'profile.yaml'
    quick = ['--share', '0.9', '--max-s', '0.05']
    assert not main(['profile', str(tmp_path / 'boxes.yaml'), '-o', str(path), *quick])
    start(profiles=str(path))
    level, message, values = _line(bench)
    assert (level, message) == (b'\0', 'costs known from the start')
    assert values['file'] == str(path) and values['learned'] == ''


def test_a_file_written_by_hand_is_used_with_a_remark(bench, start, tmp_path):
    path = tmp_path / 'board.yaml'
    stages = [
        {'name': name, 'cost': {'cpu': 1.5}} for name in ('preprocess', 'infer', 'postprocess')
    ]
    path.write_text(yaml.safe_dump({'networks': {'boxes': {'stages': stages}}}))
    start(profiles=str(path))
    level, message, _ = _line(bench)
    assert level == b'\0' and message.startswith('costs known from the start; ')
    assert message.endswith('board.yaml does not name the machine of its costs')
