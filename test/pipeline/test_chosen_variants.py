# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The variant that a task runs is logged when it is chosen, and when it changes."""

from __future__ import annotations

from types import SimpleNamespace

from edge_sched_ros.pipeline.health.chosen_variants import ChosenVariants


def _told(*choices):
    chosen = ChosenVariants()
    return [
        chosen.news([SimpleNamespace(name='near', variant_choice=choice)]) for choice in choices
    ]


def test_a_choice_is_told_once_and_again_when_it_is_another():
    fast, slow = 'int8 (base 4.7 ms, int8 2.4 ms)', 'base (base 2.0 ms, int8 2.4 ms)'
    later = 'int8 (base 4.6 ms, int8 2.3 ms)'
    assert _told('measures base, int8', fast, later, slow, slow, fast) == [
        [],
        [f'near: runs variant {fast}'],
        [],
        [f'near: runs variant {slow}'],
        [],
        [f'near: runs variant {fast}'],
    ]


def test_a_task_without_a_choice_is_not_mentioned():
    assert _told('', 'measures base, int8', '') == [[], [], []]
