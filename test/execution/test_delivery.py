# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Ends are delivered once each, one at a time, in order, whoever does it."""

import logging
import threading
from types import SimpleNamespace

import pytest
from children import TIMEOUT_S

from edge_sched_ros.execution.delivery import Delivery
from edge_sched_ros.execution.repeated_errors import RepeatedErrors


def end(job):
    return SimpleNamespace(task='a', job=job)


def test_whoever_drains_delivers_in_order():
    seen = []
    delivery = Delivery(lambda e: seen.append((e.job, threading.current_thread())))
    for job in range(5):
        delivery.put(end(job))
    delivery.drain()
    assert seen == [(job, threading.current_thread()) for job in range(5)]


def test_the_thread_delivers_what_others_leave_to_it():
    arrived = threading.Event()
    delivery = Delivery(lambda _end: arrived.set())
    delivery.start()
    delivery.put(end(1))
    delivery.wake()
    assert arrived.wait(TIMEOUT_S)
    delivery.stop()


def test_who_is_wanted_elsewhere_leaves_the_rest_to_the_thread():
    seen, third = [], threading.Event()

    def deliver(e):
        seen.append(e.job)
        if e.job == 3:
            third.set()

    delivery = Delivery(deliver)
    for job in (1, 2, 3):
        delivery.put(end(job))
    delivery.drain(lambda: bool(seen))
    assert seen == [1]
    delivery.start()
    assert third.wait(TIMEOUT_S)
    assert seen == [1, 2, 3]
    delivery.stop()


def test_who_is_wanted_at_once_delivers_nothing():
    seen, arrived = [], threading.Event()
    delivery = Delivery(lambda _: (seen.append(threading.current_thread()), arrived.set()))
    delivery.put(end(1))
    delivery.drain(lambda: True)
    assert not seen
    delivery.start()
    assert arrived.wait(TIMEOUT_S)
    assert seen != [threading.current_thread()]
    delivery.stop()


def test_what_is_left_is_delivered_at_the_end():
    seen = []
    delivery = Delivery(lambda e: seen.append(e.job))
    delivery.start()
    delivery.put(end(1))
    delivery.put(end(2))
    delivery.stop()
    assert seen == [1, 2]


def test_who_finds_another_at_it_goes_on_and_nothing_is_lost():
    inside, go_on, seen = threading.Event(), threading.Event(), []

    def deliver(e):
        seen.append(e.job)
        if e.job == 1:
            inside.set()
            assert go_on.wait(TIMEOUT_S)

    delivery = Delivery(deliver)
    delivery.put(end(1))
    busy = threading.Thread(target=delivery.drain)
    busy.start()
    assert inside.wait(TIMEOUT_S)
    delivery.put(end(2))
    delivery.drain()  # returns at once, although job 2 waits
    assert seen == [1]
    go_on.set()
    busy.join(TIMEOUT_S)
    assert seen == [1, 2]


def test_an_error_costs_one_delivery(caplog):
    seen = []

    def deliver(e):
        if e.job == 1:
            raise ValueError('no')
        seen.append(e.job)

    delivery = Delivery(deliver)
    for job in (1, 2):
        delivery.put(end(job))
    delivery.drain()
    assert (seen, delivery.errors) == ([2], 1)
    assert 'the result of job 1 was not delivered' in caplog.text


def test_a_receiver_that_fails_at_every_frame_makes_few_lines_which_count(caplog):
    def deliver(e):
        if e.job == 7:
            raise SystemExit
        raise ValueError('no')

    delivery = Delivery(deliver)
    delivery.start()
    for job in range(300):
        delivery.put(end(job))
    delivery.drain()
    assert delivery.errors == 300
    assert len(caplog.records) == 2
    assert 'the result of job 0 was not delivered: ValueError: no' in caplog.messages[0]
    delivery.stop()
    assert caplog.messages[2:] == ['a: ValueError: 298 more since the last line']


def test_errors_of_a_kind_are_told_again_after_a_while_and_kinds_are_bounded(caplog):
    now_s = [0.0]
    errors = RepeatedErrors(logging.getLogger('x'), lambda: now_s[0])
    for at_s in (0.0, 1.0, 9.0, 10.0, 21.0):
        now_s[0] = at_s
        errors.tell('a', 'what', OSError('disk'))
    assert caplog.messages == [
        'a: what: OSError: disk',
        'a: what: OSError: disk (2 more since the last line)',
        'a: what: OSError: disk',
    ]
    caplog.clear()
    for number in range(500):
        errors.tell('a', 'what', type(f'Own{number}Error', (Exception,), {})())
    assert len(caplog.records) < 70


@pytest.mark.parametrize('seed', range(3))
def test_under_fire_every_end_is_delivered_once_and_alone(seed):
    seen, inside = [], []

    def deliver(e):
        inside.append(1)
        assert len(inside) == 1
        seen.append((e.task, e.job))
        inside.pop()

    delivery = Delivery(deliver)
    delivery.start()

    def fire(name):
        for job in range(300):
            delivery.put(SimpleNamespace(task=name, job=job))
            delivery.drain() if (job + seed) % 3 else delivery.wake()

    threads = [threading.Thread(target=fire, args=(f't{n}',)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT_S)
    delivery.stop()
    assert delivery.errors == 0
    for n in range(4):
        assert [job for task, job in seen if task == f't{n}'] == list(range(300))
