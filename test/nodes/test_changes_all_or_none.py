# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A batch of changes that own code prevents: refused as a whole, and taken back."""

from __future__ import annotations

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from humble import LikeHumble
from ros import set_parameters

from edge_sched_ros.nodes import scheduler_node

pytestmark = pytest.mark.ros

CODE = """
import threading

gate = threading.Event()
calls = []

class Own:
    stages, stateful, output = ('s',), False, 'none'

    def __init__(self, name='', **options): self.limit = 5.0
    def run(self, stage, context): return 1
    def reset(self): pass
    def close(self): pass
    def set_option(self, name, value):
        self.limit = 5.0 if value is None else value

class Raises(Own):
    def set_option(self, name, value):
        super().set_option(name, value)
        if value == 9.0:
            raise KeyError('no nine')

class Hangs(Own):
    def set_option(self, name, value):
        if value == 9.0:
            gate.wait(60)
        super().set_option(name, value)

class Ends(Own):
    def set_option(self, name, value):
        if value == 9.0:
            raise SystemExit(3)
        super().set_option(name, value)
"""


@pytest.mark.parametrize(
    ('kind', 'isolation', 'humble'),
    [
        ('Raises', 'thread', False),
        ('Raises', 'thread', True),
        ('Ends', 'thread', False),
        ('Hangs', 'thread', False),
        ('Hangs', 'process', False),
    ],
)
def test_a_batch_that_own_code_prevents_changes_nothing(
    bench, start, monkeypatch, tmp_path, kind, isolation, humble
):
    if humble:
        monkeypatch.setattr(scheduler_node, 'SchedulerNode', LikeHumble)
    monkeypatch.setattr('edge_sched_ros.perception.programs.bounded.CALL_S', 0.1)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))
    name = f'own_changes_{tmp_path.name.replace("-", "_")}'
    numbers = "    numbers = {'limit': Number(5.0, 0.0, 9.0, description='a limit')}"
    code = CODE.replace("'none'\n", f"'none'\n{numbers}\n", 1)
    (tmp_path / f'{name}.py').write_text(
        f'from edge_sched_ros.perception.programs.options import Number\n{code}'
    )
    own = {}
    for task, of in (('a', 'Own'), ('bad', kind), ('z', 'Own')):
        own |= {
            f'{task}__program': f'{name}:{of}',
            f'{task}__topic': 'front/image_raw',
            f'{task}__deadline_ms': 500.0,
        }
    own['bad__isolation'] = isolation
    node = start(
        tasks=['a', 'bad', 'z'], detector__network=None, detector__topic=None,
        detector__deadline_ms=None, **own,
    )  # fmt: skip
    names = ('a.limit', 'bad.limit', 'z.limit', 'z.deadline_ms', 'policy')

    def values():
        return [node.get_parameter(one).value for one in names]

    before, policy = values(), node._pipeline.status().policy
    result = set_parameters(
        bench, atomically=True, a__limit=7.0, bad__limit=9.0, z__limit=7.0,
        z__deadline_ms=66.0, policy='fcfs',
    )  # fmt: skip
    assert not result.successful and result.reason.startswith('bad.limit: '), result.reason
    assert values() == before
    assert node._pipeline.status().policy == policy
    programs = node._pipeline._loaded().programs
    assert [programs[task].program.limit for task in ('a', 'z')] == [5.0, 5.0]
    assert node._pipeline.status().tasks[2].deadline_ns == 500_000_000
    if kind == 'Raises':
        assert programs['bad'].program.limit == 5.0
    __import__(name).gate.set()
    # what follows is taken
    assert set_parameters(bench, atomically=True, a__limit=6.0, z__deadline_ms=66.0).successful
    assert programs['a'].program.limit == 6.0
    assert node._pipeline.status().tasks[2].deadline_ns == 66_000_000
