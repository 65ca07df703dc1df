# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Admission through the parameter services of a node."""

from __future__ import annotations

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from diagnostic_msgs.msg import DiagnosticArray
from ros import set_parameters
from ros import state_of

from edge_sched_ros.core.profiles import StageKey

pytestmark = pytest.mark.ros
MS = 1_000_000


@pytest.fixture
def loaded(start, tmp_path):
    """Return a function that starts a node whose tasks have costs that are known."""

    def _loaded(costs_ms, **parameters):
        node = start(
            tasks=['detector', 'other'],
            other__network=str(tmp_path / 'boxes.yaml'),
            other__topic='rear/image_raw',
            other__enabled=False,
            other__period_ms=50.0,
            detector__period_ms=50.0,
            **{'detector__deadline_ms': 50.0, 'other__deadline_ms': 50.0, **parameters},
        )
        give_costs(node, costs_ms)
        return node

    return _loaded


def give_costs(node, costs_ms):
    """Let the dispatcher know what tasks take, all stages together, on every unit."""

    def give(dispatcher, _now_ns):
        for task, ms in costs_ms.items():
            stages = dispatcher.tasks[task].variants[0].stages
            for stage in stages:
                for unit in stage.units:
                    key = StageKey(task, 'base', stage.name, unit)
                    dispatcher.profiles.set(key, round(ms * MS / len(stages)), source='given')

    node._pipeline._runtime.read(give)


def test_a_refusal_names_who_would_miss(bench, loaded):
    node = loaded({'detector': 20.0, 'other': 500.0}, admission='refuse')
    result = set_parameters(bench, other__enabled=True)
    assert not result.successful
    assert result.reason.startswith("other.enabled: refused by admission (refuse): 'other' would")
    assert not node.get_parameter('other.enabled').value
    assert not node._pipeline.status().tasks[1].enabled
    give_costs(node, {'other': 2.0})
    assert set_parameters(bench, other__enabled=True).successful
    assert node._pipeline.status().tasks[1].enabled


def test_the_mode_changes_while_running(bench, loaded):
    node = loaded({'detector': 20.0, 'other': 500.0}, admission='refuse')
    assert not set_parameters(bench, other__enabled=True).successful
    assert not set_parameters(bench, admission='sometimes').successful
    # a new mode counts for what comes with it
    together = set_parameters(bench, atomically=True, admission='off', other__enabled=True)
    assert together.successful
    assert node._pipeline.status().tasks[1].enabled
    assert node._pipeline.admission.mode == 'off'


def test_a_warning_lets_it_through_and_diagnostics_say_so(bench, loaded):
    node = loaded({'detector': 20.0, 'other': 500.0})
    arrays = bench.listen(DiagnosticArray, '/diagnostics')
    assert set_parameters(bench, other__enabled=True).successful
    assert node._pipeline.status().tasks[1].enabled
    line = bench.wait_for(
        lambda: [
            line
            for array in arrays
            for line in array.status
            if line.name == '/scheduler: admission' and line.level == b'\x01'
        ],
        'the warning',
    )[0]
    assert 'other would miss' in line.message
    assert {'admission', 'other_predicted_p99_ms'} <= {value.key for value in line.values}


def test_unknown_costs_are_admitted_at_configure(start):
    node = start(admission='refuse', detector__period_ms=10.0, detector__deadline_ms=0.1)
    assert state_of(node) == 'active'


def test_off_without_quotes_is_taken(bench, start):
    """As YAML has it: ``admission: off`` in a file, ``ros2 param set NODE admission off``."""
    node = start(admission=False)
    assert state_of(node) == 'active'
    assert node.get_parameter('admission').value == 'off'
    assert set_parameters(bench, admission='warn').successful
    result = set_parameters(bench, admission=False)
    if hasattr(node, 'add_pre_set_parameters_callback'):
        assert result.successful and node._pipeline.admission.mode == 'off'
    else:
        assert not result.successful


def test_diagnostics_follow_an_accepted_change_at_once(bench, loaded):
    node = loaded({'detector': 2.0, 'other': 30.0})
    node._reporter.report()
    assert not any(one.reason for one in node._pipeline.admission.outlook.verdicts.values())
    assert set_parameters(bench, detector__period_ms=0.5).successful
    node._reporter.report()
    assert any(one.reason for one in node._pipeline.admission.outlook.verdicts.values())
