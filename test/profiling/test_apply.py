# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a profile to what the dispatcher knows."""

from __future__ import annotations

from harness import task
from hypothesis import given
from hypothesis import strategies as st
from profiles import cost
from profiles import profile_data

from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.profiling.apply import apply_profiles
from edge_sched_ros.profiling.profile_file import parse_profile

STAGES = ('preprocess', 'infer', 'postprocess')


def _apply(tasks, data=None):
    profiles = Profiles()
    profile = parse_profile(data or profile_data(), 'p.yaml')
    networks = {one.name: 'net' for one in tasks}
    return profiles, apply_profiles(profiles, tasks, networks, profile)


def test_every_stage_on_every_unit():
    profiles, missing = _apply([task('a', stages=STAGES)])
    assert missing == ()
    assert profiles.expected_ns('a', 'base', 'infer', 'cpu0', 1) == 4_000_000
    assert profiles.expected_ns('a', 'base', 'infer', 'cpu1', 1) == 5_000_000
    assert profiles.expected_ns('a', 'base', 'postprocess', 'cpu1', 1) == 250_000
    assert profiles.cost('a', 'base', 'infer', 'cpu0').source == 'profile'


def test_all_tasks_of_a_network_know_it():
    profiles, _ = _apply([task('a', stages=STAGES), task('b', stages=STAGES)])
    assert profiles.expected_ns('b', 'base', 'infer', 'cpu0', 1) == 4_000_000


def test_stages_that_run_as_one_cost_their_sum():
    profiles, missing = _apply([task('a', stages=('+'.join(STAGES),))])
    assert missing == ()
    assert profiles.expected_ns('a', 'base', '+'.join(STAGES), 'cpu0', 1) == 4_750_000
    assert profiles.cost('a', 'base', '+'.join(STAGES), 'cpu0').memory_mib == 8.0


def test_what_is_not_there_is_told():
    _, missing = _apply([task('a', stages=STAGES, units=('cpu0', 'gpu0'))])
    assert [str(gap) for gap in missing] == [
        'net/base preprocess on gpu0', 'net/base postprocess on gpu0',
    ]  # fmt: skip


def test_a_part_that_is_not_there_makes_the_whole_unknown():
    data = profile_data()
    del data['networks']['net']['variants']['base']['stages']['infer']['cpu1']
    profiles, missing = _apply([task('a', stages=('preprocess+infer',))], data)
    assert [str(gap) for gap in missing] == ['net/base preprocess+infer on cpu1']
    assert profiles.cost('a', 'base', 'preprocess+infer', 'cpu1') is None


def test_another_network_is_unknown():
    profiles, missing = _apply([task('a', stages=('infer',))], profile_data(networks={}))
    assert len(missing) == 2
    assert profiles.cost('a', 'base', 'infer', 'cpu0') is None


def test_variants_have_their_own_costs():
    data = profile_data()
    variants = data['networks']['net']['variants']
    variants['small'] = {'stages': {'infer': {'cpu0': cost(0.5)}}}
    infer = (StageSpec('infer', ('cpu0',)),)
    from dataclasses import replace

    both = replace(
        task('a', units=('cpu0',)),
        variants=(VariantSpec('base', infer), VariantSpec('small', infer)),
    )
    profiles, missing = _apply([both], data)
    assert missing == ()
    assert profiles.expected_ns('a', 'small', 'infer', 'cpu0', 1) == 500_000
    # one that is pinned now may be let go later
    profiles, _ = _apply([both.pinned('small')], data)
    assert profiles.expected_ns('a', 'base', 'infer', 'cpu0', 1) == 4_000_000


def test_energy_is_known_when_all_parts_say_it():
    data = profile_data()
    stages = data['networks']['net']['variants']['base']['stages']
    for name, energy in zip(STAGES, (1.0, 20.0, 0.5)):
        stages[name]['cpu0']['energy_mj'] = energy
    stages['infer']['cpu1']['energy_mj'] = 30.0
    joint = '+'.join(STAGES)
    profiles, _ = _apply([task('a', stages=(joint,))], data)
    assert profiles.cost('a', 'base', joint, 'cpu0').energy_mj == 21.5
    assert profiles.cost('a', 'base', joint, 'cpu1').energy_mj is None


def test_hand_overs_are_known():
    profiles, _ = _apply([task('a')], profile_data(transitions_ms={'cpu0': {'gpu0': 0.125}}))
    assert profiles.transition_ns('cpu0', 'gpu0') == 125_000
    assert profiles.transition_ns('gpu0', 'cpu0') == 0


@given(st.floats(0.001, 100), st.floats(0, 10), st.integers(1, 16))
def test_items_add_what_they_cost(p50_ms, per_item_ms, items):
    data = profile_data()
    stages = data['networks']['net']['variants']['base']['stages']
    stages['infer']['cpu0'] = cost(p50_ms, per_item_ms=per_item_ms)
    profiles, _ = _apply([task('a', units=('cpu0',))], data)
    expected = (p50_ms + (items - 1) * round(per_item_ms, 6)) * 1e6
    found = profiles.expected_ns('a', 'base', 'infer', 'cpu0', items)
    assert abs(found - expected) <= 2e-3 * expected + 200 * items
