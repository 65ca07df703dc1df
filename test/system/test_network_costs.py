# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a whole network costs on a unit, however its file gives it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.network_costs import check_system_costs
from edge_sched_ros.system.network_costs import cost_by_unit
from edge_sched_ros.system.network_costs import network_cost
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.pieces import check_network
from edge_sched_ros.system.workload import Piece

STAGES = [
    {'name': 'pre', 'cost': {'cpu': {'latency_ms': 2, 'cv': 0.5, 'memory_mib': 10}}},
    {
        'name': 'infer',
        'cost': {'cpu0': {'latency_ms': 30, 'cv': 0.1, 'memory_mib': 40}, 'gpu': 5},
    },
]


def system_of(**keys):
    """Return a system with a slow CPU and a GPU."""
    return parse_system(('f', {'units': {'cpu0': {'speed': 0.5}, 'gpu0': {}}, **keys}))


def test_stages_add_up_at_the_speed_of_the_unit():
    system = system_of(networks={'n': {'stages': STAGES}})
    cost = network_cost('n', 'cpu0', system, system)
    assert (cost.latency_ms, cost.memory_mib, cost.per_item_ms) == (64, 50, None)
    # independent times: their variances add up
    assert cost.cv == pytest.approx((2.0**2 + 6.0**2) ** 0.5 / 64)


def test_a_unit_that_cannot_run_every_stage_cannot_run_the_network():
    system = system_of(networks={'n': {'stages': STAGES}})
    assert network_cost('n', 'gpu0', system, system) is None


def moments(stages):
    """Return mean and standard deviation over all ways a job may go, each with its chance."""
    ways = [(1.0, 0.0, False)]
    for index, (took, chance, exits) in enumerate(stages):
        chance = chance if index else 1.0
        ways = [
            (share * part, total + more, over or ends)
            for share, total, over in ways
            for part, more, ends in (
                ((1.0, 0.0, False),)
                if over
                else (
                    (chance * exits, took, True),
                    (chance * (1 - exits), took, False),
                    (1 - chance, 0.0, False),
                )
            )
        ]
    mean = sum(share * total for share, total, _ in ways)
    return mean, max(0.0, sum(share * (total - mean) ** 2 for share, total, _ in ways)) ** 0.5


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0.5, 9), st.floats(0.1, 1), st.floats(0, 0.9)), min_size=2, max_size=5
    )
)
def test_stages_that_seldom_run_count_by_their_probability(stages):
    data = [
        {'name': f'x{index}', 'chance': chance, 'exit_chance': exits, 'cost': {'gpu': took}}
        for index, (took, chance, exits) in enumerate(stages)
    ]
    cost = network_cost('n', 'gpu0', *2 * [system_of(networks={'n': {'stages': data}})])
    mean, spread = moments(stages)
    assert cost.latency_ms == pytest.approx(mean)
    assert (cost.cv or 0.0) * mean == pytest.approx(spread, abs=1e-6)


def test_a_swap_is_paid_as_seldom_as_its_stage_runs_and_memory_always():
    def stage(name, **keys):
        cost = {'latency_ms': 10, 'swap_ms': 4, 'memory_mib': 30, 'per_item_ms': 2}
        return {'name': name, 'cost': {'gpu': cost}, **keys}

    stages = [stage('a', exit_chance=0.5, chance=0.1), stage('b', chance=0.5), stage('c')]
    cost = network_cost('n', 'gpu0', *2 * [system_of(networks={'n': {'stages': stages}})])
    assert cost.latency_ms == 10 + 2.5 + 5
    assert (cost.swap_ms, cost.per_item_ms, cost.memory_mib) == (4 + 1 + 2, 2 + 0.5 + 1, 90)


def test_costs_by_name_are_one_stage():
    system = system_of(costs={'n': {'cpu': {'latency_ms': 4, 'per_item_ms': 1}, 'gpu': 3}})
    cost = network_cost('n', 'cpu0', system, system)
    assert (cost.latency_ms, cost.per_item_ms, cost.cv) == (8, 2, None)
    assert network_cost('n', 'gpu0', system, system).latency_ms == 3


def test_a_stage_may_take_its_cost_from_a_library():
    stages = [{'name': 's', 'library': 'n', 'scale': 0.25, 'cost': {'gpu': 8}}]
    system = system_of(costs={'n': {'cpu': 4, 'gpu': 100}}, networks={'part': {'stages': stages}})
    assert network_cost('part', 'cpu0', system, system).latency_ms == 2
    assert network_cost('part', 'gpu0', system, system).latency_ms == 2


def test_a_batch_of_several_stages():
    stages = [
        {'name': 'a', 'cost': {'gpu': {'latency_ms': 4, 'per_item_ms': 1}}},
        {'name': 'b', 'cost': {'gpu': 5}},
    ]
    system = system_of(networks={'n': {'stages': stages}})
    # a further item costs a whole run of the stage that does not say
    assert network_cost('n', 'gpu0', system, system).per_item_ms == 6


def test_the_spread_of_a_device_is_that_of_costs_without_one():
    costs = {'n': {'gpu': 3, 'cpu': {'latency_ms': 3, 'cv': 0.4}}}
    system = system_of(costs=costs, latency_cv=0.2)
    assert network_cost('n', 'gpu0', system, system).cv == 0.2
    assert network_cost('n', 'cpu0', system, system).cv == 0.4
    system = system_of(costs=costs, distribution='exponential')
    assert network_cost('n', 'cpu0', system, system).cv == 1


def test_costs_by_unit_are_of_units_that_run_all_stages():
    stages = [{**STAGES[0], 'cost': {'cpu0': 2, 'gpu': 1}}, STAGES[1]]
    system = system_of(networks={'n': {'stages': stages}})
    found = {word: cost.latency_ms for word, cost in cost_by_unit('n', system).items()}
    assert found == {'cpu0': 32, 'gpu': 6}


def test_a_network_of_layers_runs_on_arrays_alone():
    array = {'dataflow': 'ws', 'pes': 1024, 'bandwidth_gbps': 20}
    networks = {'n': {'layers': 'ssd_mobilenet_v2', 'segments': 3}}
    system = system_of(units={'gpu0': {}, 'cpu0': {'array': array}}, networks=networks)
    assert network_cost('n', 'gpu0', system, system) is None
    assert network_cost('n', 'cpu0', system, system).latency_ms > 0


def test_a_network_that_is_not_there_is_named():
    system = system_of(costs={'n': {'gpu': 3}}, networks={'m': {'stages': STAGES}})
    with pytest.raises(ConfigError) as error:
        check_network(Piece(network='x'), ('network',), system, system.at)
    assert error.value.problem == "there is no network 'x' (there are m, n)"


def test_a_part_of_a_cost_is_no_unit_of_a_stage(caplog):
    system = system_of(networks={'n': {'cost': {'gpu': 3, 'memory_mib': 5}}})
    with pytest.raises(ConfigError, match=r'f: networks\.n\.cost\.memory_mib: goes beside'):
        check_system_costs(system)
    system = system_of(networks={'n': {'cost': {'gpu': 3, 'gpuu': 5}}})
    check_system_costs(system)
    assert 'not used: n.cost.gpuu' in caplog.text


@pytest.mark.parametrize(
    ('cost', 'key'),
    [(9e8, 'latency_ms'), ({'latency_ms': 1, 'memory_mib': 9e8}, 'memory_mib')],
)
def test_a_sum_above_what_a_file_may_say_is_told_by_key(cost, key):
    stages = [{'name': name, 'cost': {'gpu': cost}} for name in 'ab']
    system = system_of(networks={'n': {'stages': stages}})
    for ask in (
        lambda: network_cost('n', 'gpu0', system, system),
        lambda: cost_by_unit('n', system),
    ):
        with pytest.raises(ConfigError, match=f'^f: networks.n: gives {key} 1.8e'):
            ask()
