# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CPU, memory and energy, read from the system."""

from __future__ import annotations

import os
import threading
import time

import pytest
from children import join
from children import run_together
from children import TIMEOUT_S

from benchmarks.side_by_side.accounts import procfs
from benchmarks.side_by_side.accounts.energy import EnergyMeter
from benchmarks.side_by_side.accounts.machine import describe
from benchmarks.side_by_side.accounts.threads import by_kind
from benchmarks.side_by_side.accounts.threads import MAIN
from benchmarks.side_by_side.accounts.threads import WORKERS

if not procfs._PROC.joinpath('self', 'stat').exists():
    pytest.skip('there is no /proc here', allow_module_level=True)


def _burn(seconds):
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_a_process_is_charged_for_what_it_burns():
    own = os.getpid()
    before = procfs.cpu_seconds([own])
    _burn(0.2)
    assert 0.15 <= procfs.cpu_seconds([own]) - before <= 2.0


def test_threads_that_have_ended_are_charged_too():
    own = os.getpid()
    before = procfs.cpu_seconds([own])
    thread = threading.Thread(target=_burn, args=(0.1,))
    run_together(thread)
    assert procfs.cpu_seconds([own]) - before >= 0.08


def test_processes_are_found_by_their_group():
    assert os.getpid() in procfs.processes_of([os.getpgid(0)])
    assert procfs.processes_of([]) == []


def test_a_process_that_has_gone_costs_nothing():
    assert procfs.cpu_seconds([2**22 - 1]) == 0
    assert procfs.pss_mb([2**22 - 1]) is None


def test_memory_is_that_of_a_python():
    assert 5 < procfs.peak_rss_mb([os.getpid()]) < 100_000


def test_threads_are_told_by_their_cores():
    pid = os.getpid()
    before = procfs.thread_ns(pid)
    if not before:
        pytest.skip('this kernel does not keep the CPU time of threads')
    ended, looked = threading.Event(), threading.Event()

    def work():
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        _burn(0.1)
        ended.set()
        looked.wait(TIMEOUT_S)

    thread = threading.Thread(target=work)
    thread.start()
    assert ended.wait(TIMEOUT_S)
    found = by_kind(pid, before, procfs.thread_ns(pid))
    looked.set()
    join(thread)
    assert found[WORKERS] >= 80
    assert MAIN in found


def test_rapl_counters_are_read_and_one_that_went_round_tells_nothing(tmp_path):
    counter = tmp_path / 'intel-rapl:0' / 'energy_uj'
    part = tmp_path / 'intel-rapl:0:0' / 'energy_uj'
    for file in (counter, part):
        file.parent.mkdir()
        file.write_text('1000000\n')
    meter = EnergyMeter(rapl=tmp_path, hwmon=tmp_path / 'none')
    assert meter.source == 'rapl'
    counter.write_text('3500000\n')
    assert meter.take_j() == pytest.approx(2.5)
    counter.write_text('7\n')
    assert meter.take_j() is None


def test_the_input_rail_of_a_jetson_is_sampled(tmp_path):
    chip = tmp_path / 'hwmon3'
    chip.mkdir()
    (chip / 'name').write_text('ina3221\n')
    rails = {1: ('VDD_IN', 5000, 1000), 2: ('VDD_CPU', 5000, 400), 3: ('NC', 0, 0)}
    for number, (label, volts, amperes) in rails.items():
        (chip / f'in{number}_label').write_text(f'{label}\n')
        (chip / f'in{number}_input').write_text(f'{volts}\n')
        (chip / f'curr{number}_input').write_text(f'{amperes}\n')
    began = time.monotonic()
    with EnergyMeter(rapl=tmp_path / 'none', hwmon=tmp_path) as meter:
        assert meter.source == 'ina'
        deadline = began + TIMEOUT_S
        joules = 0.0
        while joules < 1.0 and time.monotonic() < deadline:
            time.sleep(0.01)
            joules += meter.take_j()
    assert joules >= 1.0
    # five watts
    assert joules / 5 <= time.monotonic() - began


def test_a_machine_without_rails_says_so(tmp_path):
    meter = EnergyMeter(rapl=tmp_path, hwmon=tmp_path)
    assert (meter.source, meter.take_j()) == ('', None)
    assert describe(meter.source)['energy'] is None
