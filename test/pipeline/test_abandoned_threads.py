# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A call that never returns does not keep the node from ending, and nothing it uses is freed."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from fake_tensorrt import fake_tensorrt
from fake_vpi import install
from jetson import machine
from jetson import picture
from jetson import Run
from jetson import TIMEOUT_S
from jetson import write

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution import runtime
from edge_sched_ros.execution.tensorrt.execution import TensorRtNetwork
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.execution.vpi.session import Session
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.tasks.abandoned_threads import close_others
from edge_sched_ros.pipeline.tasks.abandoned_threads import stuck_with

pytest.importorskip('onnxruntime')


class Hang:
    """Makes a native call that does not return before it is let go."""

    def __init__(self):
        self.begun = threading.Event()
        self.let_go = threading.Event()
        self.threads = set()

    def of(self, real):
        def call(*arguments):
            self.threads.add(threading.current_thread())
            self.begun.set()
            self.let_go.wait(300)
            return real(*arguments)

        return call


@pytest.fixture
def hang(fake):
    hang = Hang()
    yield hang
    hang.let_go.set()
    for thread in hang.threads - {threading.current_thread()}:
        thread.join(TIMEOUT_S)


@pytest.fixture
def fake(monkeypatch):
    install(monkeypatch)
    monkeypatch.setattr(runtime, '_STOP_TIMEOUT_S', 0.05)
    with fake_tensorrt(monkeypatch, '10.3', freed=False) as fake:
        yield fake


def _run(tmp_path, **units):
    tasks = {
        f'{task}.{key}': value
        for task, names in units.items()
        for key, value in {
            'network': str(write(tmp_path, task)),
            'topic': 'elsewhere' if task == 'other' else 'camera',
            'deadline_ms': 600_000,
            'units': names,
        }.items()
    }
    config = from_parameters({'tasks': list(units), 'preprocessor': 'vpi', **tasks})
    return Run(config, machine(tmp_path / 'engines', 'cpu0', 'gpu0', 'dla0', 'vic0'))


def _end(run):
    """Unload as a node does when it ends; it must come back."""
    thread = threading.Thread(target=run.pipeline.unload, daemon=True)
    thread.start()
    thread.join(TIMEOUT_S / 2)
    return not thread.is_alive()


def _closed(monkeypatch, kind):
    """Return a list that grows by everything of a class that is closed."""
    closed, real = [], kind.close
    monkeypatch.setattr(kind, 'close', lambda self: (closed.append(self), real(self))[1])
    return closed


def test_a_hung_gpu_does_not_keep_the_node(fake, tmp_path, monkeypatch, hang, caplog):
    run = _run(tmp_path, hung=['gpu0'], other=['dla0'])
    run.pipeline.load()
    closed = _closed(monkeypatch, TensorRtNetwork)
    event = fake.driver.Event
    monkeypatch.setattr(event, 'synchronize', hang.of(event.synchronize))
    run.pipeline.start()
    run.pipeline.submit(picture(1))
    assert hang.begun.wait(TIMEOUT_S)
    assert _end(run)
    # a DLA core's memory is that driver's, too: freeing it would wait for the GPU
    assert not closed
    (told,) = [r.getMessage() for r in caplog.records if 'not freed' in r.getMessage()]
    assert told.startswith('still busy: gpu0; resources of dla0, gpu0 are not freed')


def test_a_hung_vic_does_not_keep_the_node(fake, tmp_path, monkeypatch, hang):
    run = _run(tmp_path, hung=['vic0', 'cpu0'], other=['gpu0'])
    run.pipeline.load()
    closed = _closed(monkeypatch, TensorRtNetwork)
    monkeypatch.setattr(Session, 'sync', hang.of(Session.sync))
    run.pipeline.start()
    run.pipeline.submit(picture(1))
    assert hang.begun.wait(TIMEOUT_S)
    assert _end(run)
    # the GPU does not wait for VIC
    assert len(closed) == 1


def test_what_ended_in_the_meantime_is_freed(fake, tmp_path, monkeypatch, hang):
    run = _run(tmp_path, slow=['gpu0'])
    run.pipeline.load()
    closed = _closed(monkeypatch, TensorRtNetwork)
    event = fake.driver.Event
    monkeypatch.setattr(event, 'synchronize', hang.of(event.synchronize))
    run.pipeline.start()
    run.pipeline.submit(picture(1))
    assert hang.begun.wait(TIMEOUT_S)
    run.pipeline.stop()
    ((unit, thread),) = run.pipeline._runtime._abandoned
    assert unit == 'gpu0'
    assert run.pipeline._runtime.abandoned == {'gpu0'}
    hang.let_go.set()
    thread.join(TIMEOUT_S)
    assert not run.pipeline._runtime.abandoned
    run.pipeline.unload()
    assert len(closed) == 1 and not fake.memory.allocations


def test_units_of_one_driver_are_stuck_together():
    units = tuple(
        LocalUnit(Unit(name, name.rstrip('01'))) for name in ('cpu0', 'gpu0', 'dla0', 'vic0')
    )
    assert stuck_with(units, {'dla0'}) == {'gpu0', 'dla0'}
    assert stuck_with(units, {'vic0'}) == {'vic0'}
    assert stuck_with(units, {'cpu0'}) == {'cpu0'}
    assert stuck_with(units, ()) == frozenset()


def test_a_network_of_several_units_is_freed_only_when_none_of_them_is_stuck():
    freed = []
    cores, gpu = (
        SimpleNamespace(name=name, close=lambda name=name: freed.append(name))
        for name in ('cores', 'gpu')
    )
    by_unit = [{'cpu0': cores, 'cpu1': cores, 'gpu0': gpu}]
    close_others(by_unit, {'cpu1'})
    assert freed == ['gpu']
    close_others(by_unit, {'gpu0'})
    assert freed == ['gpu', 'cores']
