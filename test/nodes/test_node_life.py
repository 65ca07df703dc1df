# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The life of the node: transitions, faults, and what it says of itself."""

from __future__ import annotations

import threading

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import State
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from networks import write_network
from ros import image
from ros import state_of
from vision_msgs.msg import Detection2DArray

from edge_sched_ros.execution.tensorrt.build_news import build_told
from edge_sched_ros.msg import JobTiming
from edge_sched_ros.nodes.build_reporter import builds_reported

pytestmark = pytest.mark.ros


def test_diagnostics_become_an_error_and_recover(bench, start):
    node = start(error_after_ms=300.0, silent_after_ms=200.0)
    arrays = bench.listen(DiagnosticArray, '/diagnostics')

    def levels():
        return {s.name: s.level for s in arrays[-1].status} if arrays else {}

    names = {'/scheduler: detector', '/scheduler: input /front/image_raw'}
    bench.wait_for(lambda: all(levels().get(n) == b'\x02' for n in names), 'the error')
    assert all(status.hardware_id for status in arrays[-1].status)
    silent = next(s for s in arrays[-1].status if 'input' in s.name)
    assert "no message on '/front/image_raw'" in silent.message
    seen = []

    def recovered():
        # a frame a period: more at once would supersede each other, which is worth a warning
        if len(arrays) > len(seen):
            seen[:] = arrays
            now_ms = node.get_clock().now().nanoseconds // 1_000_000
            bench.publish('front/image_raw', image(now_ms))
        return all(levels().get(name) == b'\x00' for name in names)

    bench.wait_for(recovered, 'recovery')


@pytest.mark.parametrize(
    ('parameters', 'message'),
    [
        ({'detector__deadline_ms': -3.0}, 'detector.deadline_ms: must be from 0.001'),
        ({'detector__deadline_ms': 'fast'}, "detector.deadline_ms: must be a number, not 'fast'"),
        ({'policy': 'edff'}, "did you mean 'edf'"),
        ({'tasks': ['detector', 'detector']}, "tasks: names 'detector' twice"),
        ({'detector__deadlin_ms': 3.0}, 'detector.deadlin_ms: unknown parameter; did you mean'),
        ({'detector__network': '/none.yaml'}, "detector.network: there is no file '/none.yaml'"),
        (
            {'detector__trigger_topic': 'x', 'detector__trigger_type': 'sensor_msgs/msg/Imagine'},
            "x: message type 'sensor_msgs/msg/Imagine' is not installed",
        ),
        (
            {'detector__trigger_topic': 'x', 'detector__trigger_type': 'Imu'},
            "detector.trigger_type: 'Imu' is not of the form package/msg/Type",
        ),
        (
            {'detector__topic_type': 'sensor_msgs/msg/Imu'},
            'detector.topic_type: is sensor_msgs/msg/Imu: a network needs images',
        ),
        ({'tasks': None}, 'tasks: needs the name of at least one task'),
        ({'tasks': []}, 'tasks: needs the name of at least one task'),
        ({'tasks': 'detector'}, "tasks: must be a list of texts, not 'detector'"),
        ({'tasks': [1, 2]}, 'tasks: must be a list of texts, not [1, 2]'),
        ({'units': [1, 2]}, 'units: must be a list of texts, not [1, 2]'),
    ],
)
def test_what_cannot_be_configured_is_one_line_and_the_node_lives(
    bench, start, parameters, message, capfd
):
    node = start(**parameters)
    assert state_of(node) == 'unconfigured'
    error = capfd.readouterr().err
    assert message in error
    assert error.count('cannot be configured') == 1
    assert 'Traceback' not in error


def test_the_whole_life(bench, start):
    node = start(autostart=False)
    assert state_of(node) == 'unconfigured'

    def change(transition):
        request = ChangeState.Request(transition=Transition(id=transition))
        return bench.call(ChangeState, 'scheduler/change_state', request).success

    for _ in range(2):
        assert change(Transition.TRANSITION_CONFIGURE)
        assert change(Transition.TRANSITION_ACTIVATE)
        heard = bench.listen(Detection2DArray, 'detector/detections')
        bench.publish('front/image_raw', image(500))
        bench.wait_for(lambda heard=heard: heard, 'an answer')
        assert change(Transition.TRANSITION_DEACTIVATE)
        assert node._pipeline is not None
        assert change(Transition.TRANSITION_ACTIVATE)
        assert change(Transition.TRANSITION_DEACTIVATE)
        assert change(Transition.TRANSITION_CLEANUP)
        assert node._pipeline is None
    assert change(Transition.TRANSITION_UNCONFIGURED_SHUTDOWN)
    assert node._state_machine.current_state[0] == State.PRIMARY_STATE_FINALIZED


def test_every_step_of_its_life_is_logged(bench, start, capfd):
    node = start(autostart=False)
    node.trigger_configure()
    node.trigger_activate()
    node.trigger_deactivate()
    node.trigger_cleanup()
    node.trigger_shutdown()
    node.destroy_node()
    lines = [line.partition('[scheduler]: ')[2] for line in capfd.readouterr().err.splitlines()]
    steps = ('configuring', 'configured', 'activating', 'active', 'deactivated', 'cleaned up')
    assert [line.partition(':')[0] for line in lines if line] == [*steps, 'shut down']


@pytest.mark.parametrize(
    ('name', 'message'),
    [
        ('', None),
        ('new/folder/summary.json', None),
        ('.', "summary_file: '{tmp}/.' is a folder, not a file"),
        ('file/summary.json', 'summary_file: {tmp}/file: is a file, not a folder'),
    ],
)
def test_a_summary_that_cannot_be_written_is_said_before_the_run(
    start, tmp_path, capfd, name, message
):
    (tmp_path / 'file').write_text('')
    node = start(summary_file=f'{tmp_path}/{name}' if name else '')
    err = capfd.readouterr().err
    if message is None:
        assert state_of(node) == 'active'
    else:
        assert f'cannot be configured: {message.format(tmp=tmp_path)}' in err


#: all that a program must have
_WHOLE = """class C:
 stages = ('s',)
 stateful = False
 def run(self, stage, context): return 1
 def set_option(self, name, value): pass
 def reset(self): pass
 def close(self): pass
"""


@pytest.mark.parametrize(
    ('code', 'reason'),
    [
        ('def of(:', 'mine_{n}: cannot be imported: SyntaxError: '),
        ('raise OSError(5, "broken")', 'mine_{n}: cannot be imported: OSError: [Errno 5] broken'),
        ('class C: pass', 'mine_{n}:C has no run, reset, close: it must derive from '),
        (_WHOLE + ' numbers = 3', 'mine_{n}:C has a declaration that cannot be read: TypeError: '),
        (_WHOLE, "'mine_{n}:C' has no output"),
        (
            _WHOLE + ' def __init__(self): 1 / 0',
            "'mine_{n}:C' cannot be made: ZeroDivisionError",
        ),
    ],
)
def test_own_code_that_cannot_be_used_leaves_the_node_alive(
    start, tmp_path, monkeypatch, capfd, code, reason
):
    number = abs(hash(code))
    (tmp_path / f'mine_{number}.py').write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    node = start(
        detector__network='',
        detector__program=f'mine_{number}:C',
        detector__topic='switch',
        detector__topic_type='std_msgs/msg/Bool',
    )
    assert state_of(node) == 'unconfigured'
    said = f'cannot be configured: detector.program: {reason.format(n=number)}'
    assert said in capfd.readouterr().err


def test_own_code_that_exits_while_loading_leaves_the_node_alive(start, monkeypatch, capfd):
    def leave(*_, **__):
        raise SystemExit(3)

    monkeypatch.setattr('edge_sched_ros.nodes.scheduler_node.Pipeline.load', leave)
    node = start()
    assert state_of(node) == 'unconfigured'
    assert 'cannot be configured: SystemExit: 3' in capfd.readouterr().err


def test_an_error_leads_back_to_unconfigured_and_on(bench, start, monkeypatch):
    node = start(autostart=False)
    with monkeypatch.context() as patch:
        patch.setattr('edge_sched_ros.nodes.scheduler_node.Pipeline.load', lambda self: 1 / 0)
        node.trigger_configure()
    assert state_of(node) == 'unconfigured'
    assert str(node.trigger_configure()).endswith('SUCCESS')


def test_a_failing_network_leaves_the_other_task_alone(bench, start, tmp_path):
    broken = write_network(
        tmp_path,
        'broken',
        decoder_options={'simulate': {'outputs': [[1, 4, 7]], 'fail_every': 1}},
    )
    start(tasks=['detector', 'bad'], bad__network=str(broken), bad__topic='front/image_raw')
    heard = bench.listen(Detection2DArray, 'detector/detections')
    timings = bench.listen(JobTiming, 'scheduler/timing')
    for stamp in (100, 200, 300):
        bench.publish('front/image_raw', image(stamp))
        bench.wait_for(lambda n=stamp // 100: len(heard) >= n, 'the good task')
        # a newer frame would take the place of one that waits
        bench.wait_for(
            lambda n=stamp // 100: sum(t.task == 'bad' for t in timings) >= n, 'the bad task'
        )
    assert {t.reason for t in timings if t.task == 'bad'} == {'simulated_fault'}


def test_a_hung_network_is_reported_and_others_go_on(bench, start, tmp_path):
    stuck = write_network(
        tmp_path, 'stuck', decoder_options={'simulate': {'outputs': [[1, 4, 7]], 'hang_at': 1}}
    )
    start(
        tasks=['detector', 'bad'],
        bad__network=str(stuck),
        bad__topic='rear/image_raw',
        units=['cpu'],
        watchdog_floor_ms=1000.0,
    )
    arrays = bench.listen(DiagnosticArray, '/diagnostics')
    heard = bench.listen(Detection2DArray, 'detector/detections')
    bench.publish('rear/image_raw', image(100))
    bench.wait_for(
        lambda: any('hung' in s.message for a in arrays for s in a.status), 'the hung unit'
    )
    units = [s for s in arrays[-1].status if 'unit' in s.name]
    if any(s.level == b'\x00' for s in units):
        bench.publish('front/image_raw', image(200))
        bench.wait_for(lambda: heard, 'the other task')


def test_what_cannot_be_activated_leaves_no_threads(bench, start, capfd):
    before = threading.active_count()
    start(**{'qos_overrides./front/image_raw.subscription.reliability': 'sometimes'})
    assert 'cannot be activated' in capfd.readouterr().err
    assert threading.active_count() == before


def test_utilisation_is_of_the_last_activation(bench, start, tmp_path):
    import json

    node = start(summary_file=str(tmp_path / 'summary.json'))
    for _ in range(3):
        node.trigger_deactivate()
        node.trigger_activate()
    node.trigger_deactivate()
    units = json.loads((tmp_path / 'summary.json').read_text())['units']
    assert all(0 <= unit['utilisation'] <= 1 for unit in units.values())


def test_the_summary_is_written(bench, start, tmp_path):
    import json

    node = start(summary_file=str(tmp_path / 'deep' / 'summary.json'))
    heard = bench.listen(Detection2DArray, 'detector/detections')
    bench.publish('front/image_raw', image(500))
    bench.wait_for(lambda: heard, 'an answer')
    node.trigger_deactivate()
    summary = json.loads((tmp_path / 'deep' / 'summary.json').read_text())
    assert summary['tasks']['detector']['on_time'] == 1
    assert summary['inputs']['/front/image_raw'] == {
        'received': 1,
        'rejected': {},
        'unknown_age': {'unrelated_clock': 1},
        'lost_before_arrival': 0,
        'lost_by': summary['inputs']['/front/image_raw']['lost_by'],
    }


def test_a_task_that_is_out_is_not_told_as_configured(start, tmp_path, monkeypatch, capfd):
    (tmp_path / 'own_that_is_out.py').write_text(
        'from edge_sched_ros import Program\n'
        'class Own(Program):\n'
        '    stages, stateful, output = ("s",), False, "none"\n'
        '    def __init__(self, **options): raise ValueError("odd")\n'
        '    def run(self, stage, context): return 0\n'
        '    def reset(self): pass\n'
        '    def close(self): pass\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    own = {'program': 'own_that_is_out:Own', 'topic': 'front/image_raw', 'deadline_ms': 5000.0}
    start(tasks=['detector', 'bad'], **{f'bad__{key}': value for key, value in own.items()})
    err = capfd.readouterr().err
    assert 'bad: out, the other tasks run' in err
    assert 'configured: detector (boxes) on' in err


def test_builds_of_engines_are_lines_of_the_diagnostics(bench, start):
    node = start()
    arrays = bench.listen(DiagnosticArray, '/diagnostics')
    told = {'is being built, which takes minutes', 'is being built: 30 %', 'built'}

    def heard():
        lines = [status for array in arrays for status in array.status]
        return {s.message for s in lines if s.name == '/scheduler: engine net.onnx for dla0'}

    def build():
        with (
            builds_reported(node),
            build_told('net.onnx for dla0', lambda _done: None) as progress,
        ):
            # the first messages of a new publisher may find no listener yet
            bench.wait_for(lambda: node.count_subscribers('/diagnostics') > 0, 'a listener')
            for done in (0.0, 0.3, 0.35):
                progress(done)
        return heard() == told

    bench.wait_for(build, 'its lines')
    assert all(status.level == b'\x00' for array in arrays for status in array.status)
