# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a profile to what the dispatcher knows."""

from __future__ import annotations

import pytest
from harness import task
from hypothesis import given
from hypothesis import strategies as st
from profiles import cost
from profiles import cost_of
from profiles import profile
from profiles import profile_data
from profiles import stages

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.profiling.apply import apply_profiles
from edge_sched_ros.profiling.apply import unknown_stages

STAGES = ('preprocess', 'infer', 'postprocess')


def _apply(tasks, data=None):
    profiles = Profiles()
    networks = {one.name: 'net' for one in tasks}
    return profiles, apply_profiles(profiles, tasks, networks, profile(data))


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


def test_what_a_node_has_learned_is_known_again():
    """Of several tasks with one network each has its own; a stage that was run as one is one."""
    whole = '+'.join(STAGES)
    learned = {
        f'net.{name}': {'stages': [{'name': '.'.join(STAGES), 'cost': {'cpu0': ms}}]}
        for name, ms in (('a', 3.0), ('b', 6.0))
    }
    tasks = [task(name, stages=(whole,), units=('cpu0',)) for name in 'ab']
    data = {'units': ['cpu0'], 'networks': learned}
    profiles, missing = _apply(tasks, data)
    assert missing == ()
    for name, ms in (('a', 3), ('b', 6)):
        assert profiles.expected_ns(name, 'base', whole, 'cpu0', 1) == ms * 1_000_000
    assert unknown_stages(tasks, {'a': 'net', 'b': 'net'}, profile(data)) == ()


def test_what_is_not_there_is_told():
    _, missing = _apply([task('a', stages=STAGES, units=('cpu0', 'gpu0'))])
    assert [str(gap) for gap in missing] == [
        'net/base preprocess on gpu0', 'net/base postprocess on gpu0',
    ]  # fmt: skip


def test_a_part_that_is_not_there_makes_the_whole_unknown():
    data = profile_data()
    del data['networks']['net']['variants']['base']['stages'][1]['cost']['cpu1']
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
    variants['small'] = {'stages': stages(infer={'cpu0': cost(0.5)})}
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
    for name, energy in zip(STAGES, (1.0, 20.0, 0.5)):
        cost_of(data, name, 'cpu0')['energy_mj'] = energy
    cost_of(data, 'infer', 'cpu1')['energy_mj'] = 30.0
    joint = '+'.join(STAGES)
    profiles, _ = _apply([task('a', stages=(joint,))], data)
    assert profiles.cost('a', 'base', joint, 'cpu0').energy_mj == 21.5
    assert profiles.cost('a', 'base', joint, 'cpu1').energy_mj is None


def test_hand_overs_are_known():
    handover = {'from': 'cpu0', 'to': 'gpu0', 'ms': 0.125}
    profiles, _ = _apply([task('a')], profile_data(transitions=[handover]))
    assert profiles.transition_ns('cpu0', 'gpu0') == 125_000
    assert profiles.transition_ns('gpu0', 'cpu0') == 0


@given(st.floats(0.001, 100), st.floats(0, 10), st.integers(1, 16))
def test_items_add_what_they_cost(latency_ms, per_item_ms, items):
    data = profile_data()
    cost_of(data, 'infer', 'cpu0').update(cost(latency_ms, per_item_ms=per_item_ms))
    profiles, _ = _apply([task('a', units=('cpu0',))], data)
    expected = (latency_ms + (items - 1) * round(per_item_ms, 6)) * 1e6
    found = profiles.expected_ns('a', 'base', 'infer', 'cpu0', items)
    assert abs(found - expected) <= 2e-3 * expected + 200 * items


def _platform(**more):
    """Return a file that somebody wrote by hand."""
    return {'units': {'cpu0': {}, 'gpu0': {'type': 'fast_gpu'}}, **more}


@pytest.mark.parametrize('word', ['gpu0', 'fast_gpu', 'gpu'])
def test_costs_of_any_system_file_are_found_by_name_type_and_kind(word):
    networks = {'net': {'cost': {word: {'latency_ms': 3.0, 'memory_mib': 7.0}}}}
    profiles, missing = _apply([task('a', units=('gpu0',))], _platform(networks=networks))
    assert missing == ()
    found = profiles.cost('a', 'base', 'infer', 'gpu0')
    assert (found.expected_ns(1), found.memory_mib) == (3_000_000, 7.0)


def test_costs_alone_are_found_by_the_kind_a_name_says():
    profiles, missing = _apply([task('a', units=('gpu3',))], {'costs': {'net': {'gpu': 2.0}}})
    assert missing == ()
    assert profiles.expected_ns('a', 'base', 'infer', 'gpu3', 1) == 2_000_000


def test_the_speed_of_a_unit_and_the_library_of_a_stage_count():
    data = _platform(
        networks={'net': {'stages': [{'name': 'infer', 'library': 'yolo'}]}},
        costs={'yolo': {'gpu': 3.0}},
    )
    data['units']['gpu0']['speed'] = 1.5
    profiles, _ = _apply([task('a', units=('gpu0',))], data)
    assert profiles.expected_ns('a', 'base', 'infer', 'gpu0', 1) == 2_000_000


def test_hand_overs_are_between_all_units_of_a_kind_but_not_from_one_to_itself():
    between = [{'from': 'cpu', 'to': 'gpu', 'ms': 0.5}, {'from': 'cpu', 'to': 'cpu', 'ms': 0.25}]
    data = _platform(networks={'net': {'cost': {'cpu': 1.0}}}, transitions=between)
    profiles, _ = _apply([task('a', units=('cpu0', 'cpu5'))], data)
    assert profiles.transition_ns('cpu5', 'gpu0') == 500_000
    assert profiles.transition_ns('cpu0', 'cpu5') == 250_000
    assert profiles.transition_ns('cpu0', 'cpu0') == 0


def test_the_only_device_may_have_a_name():
    data = {'devices': {'robot': _platform()}, 'networks': {'net': {'cost': {'fast_gpu': 3.0}}}}
    assert _apply([task('a', units=('gpu0',))], data)[1] == ()


def test_of_several_devices_nobody_knows_which_this_is():
    data = {'devices': {'robot': _platform(), 'server': _platform()}}
    with pytest.raises(ConfigError, match=r'p\.yaml: has several devices \(robot, server\): give'):
        _apply([task('a')], data)


def test_a_library_nobody_has_heard_of():
    data = _platform(networks={'net': {'stages': [{'name': 'infer', 'library': 'yolo'}]}})
    with pytest.raises(
        ConfigError, match=r"networks\.net\.stages\.\d\.library: .* no costs of 'yolo'"
    ):
        _apply([task('a', units=('gpu0',))], data)


def test_a_stage_that_was_not_measured_is_no_faster_than_the_shared_memory():
    """100 MB at 200 GB/s of the unit would be 0.5 ms; the device has 50 GB/s for all."""
    data = {
        'units': {'cpu0': {'peak_gflops': 1e6, 'memory_gbps': 200}},
        'contention': {'model': 'bandwidth', 'bandwidth_gbps': 50},
        'networks': {'net': {'stages': [{'name': 'infer', 'gflops': 1, 'traffic_mb': 100}]}},
    }
    profiles, missing = _apply([task('a', units=('cpu0',), stages=('infer',))], data)
    assert missing == ()
    assert profiles.expected_ns('a', 'base', 'infer', 'cpu0', 1) == 2_000_000
