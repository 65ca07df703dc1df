# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What waits for units and links, and what is known of links."""

from __future__ import annotations

from edge_sched_ros.core.high_level.backlog import Backlog
from edge_sched_ros.core.high_level.links import DEFAULT_LINK
from edge_sched_ros.core.high_level.links import Link
from edge_sched_ros.core.high_level.links import LinkTable

CPU = ('desk', 'cpu0')


def test_work_waits_until_it_is_released():
    backlog = Backlog()
    assert backlog.free_at_ns(CPU, 7) == 7
    backlog.book([(CPU, 10)], 0)
    backlog.book([(CPU, 30)], 0)
    assert backlog.free_at_ns(CPU, 0) == 40
    assert backlog.free_at_ns(CPU, 5) == 40
    # the first of them takes longer than expected; the other still waits
    assert backlog.free_at_ns(CPU, 100) == 120
    backlog.release([(CPU, 10)], 100)
    assert backlog.free_at_ns(CPU, 110) == 130
    backlog.release([(CPU, 30)], 130)
    assert (backlog.free_at_ns(CPU, 130), backlog.waiting()) == (130, {})


def test_what_is_less_urgent_does_not_delay_but_for_what_has_begun():
    backlog = Backlog()
    backlog.book([(CPU, 10)], 0, (0, 500))
    backlog.book([(CPU, 20)], 0, (0, 900))
    backlog.book([(CPU, 30)], 0, (-1, 990))
    assert backlog.free_at_ns(CPU, 0, (0, 600)) == 40
    assert backlog.free_at_ns(CPU, 0, (0, 950)) == 60
    # only what runs, about as long as a piece of work is on average
    assert backlog.free_at_ns(CPU, 0, (-2, 0)) == 20


def test_a_unit_with_slots_is_free_while_one_is():
    backlog = Backlog()
    backlog.set_slots(CPU, 2)
    backlog.book([(CPU, 10)], 0)
    assert backlog.free_at_ns(CPU, 0) == 0
    backlog.book([(CPU, 30)], 0)
    assert backlog.free_at_ns(CPU, 0) == 20


def test_what_a_device_has_to_do_besides_is_added_while_it_lasts():
    backlog = Backlog()
    backlog.book([(CPU, 10)], 0)
    backlog.told(CPU, 50, 0)
    assert backlog.free_at_ns(CPU, 0) == 50
    assert backlog.free_at_ns(CPU, 20) == 40
    backlog.told(CPU, 5, 20)
    assert backlog.free_at_ns(CPU, 20) == 20
    backlog.forget_device('desk')
    assert backlog.free_at_ns(CPU, 20) == 20


def test_links_are_learned_slowly_and_told_when_they_change():
    links = LinkTable({('a', 'b'): Link(1000, 1e9)})
    assert links.transfer_ns('a', 'b', 1000) == 2000
    assert links.transfer_ns('a', 'a', 1000) == 0
    assert links.link('b', 'a') == DEFAULT_LINK
    links.measured('a', 'b', 1040, 0.0)
    assert (links.link('a', 'b').latency_ns, links.version) == (1010, 0)
    links.measured('a', 'b', 9010, 1e9)
    assert (links.link('a', 'b').latency_ns, links.version) == (3010, 1)
    links.measured('b', 'a', 5, 0.0)
    assert links.link('b', 'a') == Link(5, DEFAULT_LINK.bytes_per_s)
