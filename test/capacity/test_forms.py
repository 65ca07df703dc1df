# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every queueing form against what is known of it on paper, and what must hold for any load."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.capacity.batching import Batching
from edge_sched_ros.capacity.batching import bulk_service
from edge_sched_ros.capacity.deterministic import dg1_fcfs
from edge_sched_ros.capacity.deterministic import periodic_fcfs
from edge_sched_ros.capacity.fcfs import mg1_fcfs
from edge_sched_ros.capacity.fcfs import utilisation
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Overload
from edge_sched_ros.capacity.load import Service
from edge_sched_ros.capacity.multi_core import erlang_c
from edge_sched_ros.capacity.multi_core import mgc_ps
from edge_sched_ros.capacity.priority import mg1_priority
from edge_sched_ros.capacity.processor_sharing import mg1_ps
from edge_sched_ros.capacity.response import Response
from edge_sched_ros.capacity.tandem import tandem
from edge_sched_ros.core.errors import ConfigError

EXPONENTIAL = Service(2.0, shape='exponential')


@st.composite
def mixes(draw: st.DrawFn) -> list[Load]:
    """Draw up to four classes below utilisation 0.95, swaps aside."""
    count = draw(st.integers(1, 4))
    shares = [draw(st.floats(0.02, 0.2)) for _ in range(count)]
    services = [
        Service(draw(st.floats(0.5, 50)), draw(st.sampled_from([0.0, 0.2, 1.0])))
        for _ in range(count)
    ]
    return [
        Load(share / service.mean_ms * 1e3, service, priority=draw(st.integers(0, 2)))
        for share, service in zip(shares, services)
    ]


FORMS = pytest.mark.parametrize(
    'form',
    [
        mg1_fcfs,
        lambda loads: mg1_ps(loads, 'authors'),
        mg1_ps,
        lambda loads: mgc_ps(loads, 3),
        lambda loads: mgc_ps(loads, 3, 'authors'),
        mg1_priority,
    ],
    ids=['fcfs', 'ps authors', 'ps textbook', 'cores', 'cores authors', 'priority'],
)


def weighted(loads: list[Load], found: list[Response]) -> float:
    """Return the mean over all requests."""
    rates = [load.rate_per_s for load in loads]
    return float(np.average([response.mean_ms for response in found], weights=rates))


@FORMS
@given(loads=mixes())
def test_no_response_is_shorter_than_its_service_and_tails_are_in_order(form, loads):
    for load, response in zip(loads, form(loads)):
        assert response.mean_ms >= load.service.mean_ms * (1 - 1e-9)
        assert response.quantile_ms(0.5) <= response.p95_ms <= response.p99_ms
        assert response.share_within(response.p95_ms * 1.001) >= 0.95
        assert response.variance_ms2 >= 0


@FORMS
@given(loads=mixes(), factor=st.floats(1.01, 1.3))
def test_more_requests_take_longer(form, loads, factor):
    denser = [
        Load(load.rate_per_s * factor, load.service, priority=load.priority) for load in loads
    ]
    if utilisation(denser) >= 0.97:
        return
    for before, after in zip(form(loads), form(denser)):
        assert after.mean_ms >= before.mean_ms * (1 - 1e-9)


@given(loads=mixes())
def test_both_forms_of_sharing_have_the_same_mean_over_all(loads):
    authors, textbook = mg1_ps(loads, 'authors'), mg1_ps(loads)
    assert weighted(loads, authors) == pytest.approx(weighted(loads, textbook))
    waits = {
        round(response.mean_ms - load.service.mean_ms, 6) for load, response in zip(loads, authors)
    }
    assert max(waits) == pytest.approx(min(waits), rel=1e-4, abs=1e-5)
    rho = utilisation(loads)
    for load, response in zip(loads, textbook):
        assert response.mean_ms == pytest.approx(load.service.mean_ms / (1 - rho))


@given(loads=mixes())
def test_priorities_only_move_the_work_around(loads):
    """Kleinrock's conservation law: the waits weighted by load are those of one queue."""

    def work(found: list[Response]) -> float:
        return sum(
            load.rate_per_ms * load.service.mean_ms * (response.mean_ms - load.service.mean_ms)
            for load, response in zip(loads, found)
        )

    assert work(mg1_priority(loads)) == pytest.approx(work(mg1_fcfs(loads)))


@given(loads=mixes())
def test_equal_priorities_are_one_queue(loads):
    equal = [Load(load.rate_per_s, load.service) for load in loads]
    for one, other in zip(mg1_priority(equal), mg1_fcfs(equal)):
        assert one.mean_ms == pytest.approx(other.mean_ms)
        assert one.variance_ms2 == pytest.approx(other.variance_ms2)


@pytest.mark.parametrize('rho', [0.1, 0.5, 0.9])
def test_one_exponential_server_is_the_textbooks(rho):
    """M/M/1: exponential responses with mean 1 / (mu - rate)."""
    (response,) = mg1_fcfs([Load(rho / 2 * 1e3, EXPONENTIAL)])
    mean = 2 / (1 - rho)
    assert response.mean_ms == pytest.approx(mean)
    assert response.variance_ms2 == pytest.approx(mean**2)
    assert response.p95_ms == pytest.approx(mean * math.log(20), rel=0.02)
    assert response.p99_ms == pytest.approx(mean * math.log(100), rel=0.02)


@pytest.mark.parametrize('rho', [0.3, 0.7])
def test_sharing_one_exponential_server(rho):
    """M/M/1-PS: variance mean^2 * (2 + rho) / (2 - rho), by Coffman, Muntz and Trotter (1970)."""
    (response,) = mg1_ps([Load(rho / 2 * 1e3, EXPONENTIAL)])
    mean = 2 / (1 - rho)
    assert response.mean_ms == pytest.approx(mean)
    expected = mean**2 * (2 + rho) / (2 - rho)
    assert response.variance_ms2 == pytest.approx(expected, rel=0.02)


def test_one_core_is_one_unit_that_shares():
    loads = [Load(100, Service(3.0, 0.4)), Load(50, Service(9.0))]
    for one, other in zip(mgc_ps(loads, 1), mg1_ps(loads, 'textbook')):
        assert one.mean_ms == pytest.approx(other.mean_ms)
        assert one.p99_ms == pytest.approx(other.p99_ms)


def test_cores_by_hand():
    """Two servers, offered load 1: Erlang C is 1/3, so a request takes 4/3 of its service."""
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)
    (response,) = mgc_ps([Load(100, Service(10.0))], 2)
    assert response.mean_ms == pytest.approx(10 * (1 + (1 / 3) / (2 * 0.5)))
    (authors,) = mgc_ps([Load(100, Service(10.0))], 2, 'authors')
    assert authors.mean_ms == pytest.approx(10 / 0.5)


def test_swaps_by_hand():
    """Two equal classes: every second request swaps; S' = 4 and 6, rho = 0.5, E[S'^2] = 26."""
    loads = [Load(50, Service(3.0), swap_ms=2), Load(50, Service(5.0), swap_ms=2)]
    assert utilisation(loads) == pytest.approx(0.5)
    wait = 0.1 * 26 / (2 * 0.5)
    assert [r.mean_ms for r in mg1_fcfs(loads)] == pytest.approx([4 + wait, 6 + wait])
    # all or nothing: 3 or 5 and 5 or 7, so E[S'^2] = (9 + 25 + 25 + 49) / 4 = 27
    wait = 0.1 * 27 / (2 * 0.5)
    random = mg1_fcfs(loads, 'random')
    assert [r.mean_ms for r in random] == pytest.approx([4 + wait, 6 + wait])


def test_one_network_alone_never_swaps():
    one = mg1_fcfs([Load(50, Service(3.0), swap_ms=100)])
    assert one[0].mean_ms == pytest.approx(mg1_fcfs([Load(50, Service(3.0))])[0].mean_ms)


@pytest.mark.parametrize('rho', [0.5, 0.8])
def test_clockwork_at_an_exponential_server(rho):
    """D/M/1: mean S / (1 - s) with s = exp(-(1 - s) / rho)."""
    share = 0.0
    for _ in range(1000):
        share = math.exp(-(1 - share) / rho)
    response = dg1_fcfs(2 / rho, EXPONENTIAL)
    assert response.mean_ms == pytest.approx(2 / (1 - share), rel=0.03)


def test_a_camera_alone_never_waits():
    response = dg1_fcfs(10, Service(9.9))
    assert (response.mean_ms, response.p99_ms) == (9.9, pytest.approx(9.9))


def test_two_cameras_with_one_period_wait_by_hand():
    """Period 10, 2 ms each: one waits 2 - u for a phase u below 2, so 0.2 ms on average."""
    found = periodic_fcfs([Load(100, Service(2.0)), Load(100, Service(2.0))])
    assert weighted([Load(1, Service(1.0))] * 2, found) == pytest.approx(2.2, rel=0.02)


@given(loads=mixes())
def test_clockwork_waits_no_longer_than_chance(loads):
    fixed = [Load(load.rate_per_s, Service(load.service.mean_ms)) for load in loads]
    even, random = periodic_fcfs(fixed), mg1_fcfs(fixed)
    assert weighted(fixed, even) <= weighted(fixed, random) * 1.02


@pytest.mark.parametrize('rho', [0.3, 0.9])
def test_batches_of_one_are_no_batches(rho):
    response = bulk_service(rho / 2 * 1e3, Batching(1, 2.0, 0.0))
    (plain,) = mg1_fcfs([Load(rho / 2 * 1e3, Service(2.0))])
    assert response.mean_ms == pytest.approx(plain.mean_ms, rel=1e-6)
    assert response.p95_ms == pytest.approx(plain.p95_ms, rel=0.1)


@settings(max_examples=25)
@given(
    most=st.integers(1, 8),
    further=st.floats(0.1, 3),
    wait=st.sampled_from([0.0, 1.0, 6.0]),
    rho=st.floats(0.1, 0.8),
)
def test_the_mean_of_batches_is_that_of_the_requests_drawn(most, further, wait, rho):
    batching = Batching(most, 3.0, further, wait)
    rate = rho * most / batching.service_ms(most) * 1e3
    response = bulk_service(rate, batching)
    drawn = response._draws
    assert response.mean_ms == pytest.approx(float(drawn.mean()), rel=0.08)


def test_waiting_for_a_batch_that_never_fills_costs_the_wait():
    response = bulk_service(0.01, Batching(8, 3.0, 1.0, wait_ms=20.0))
    assert response.mean_ms == pytest.approx(23.0, rel=0.01)


@given(loads=mixes(), constant=st.floats(0, 20))
def test_stages_add_up(loads, constant):
    parts = mg1_fcfs(loads)
    whole = tandem(parts, constant)
    assert whole.mean_ms == pytest.approx(sum(part.mean_ms for part in parts) + constant)
    if len(parts) > 1:
        assert whole.p99_ms >= max(part.p99_ms for part in parts) * 0.85


@FORMS
def test_too_much_is_refused_with_its_utilisation(form):
    with pytest.raises(Overload, match='below 1') as error:
        form([Load(400, Service(5.0)), Load(250, Service(4.0))])
    assert error.value.utilisation in (pytest.approx(3.0), pytest.approx(1.0))


@pytest.mark.parametrize(
    'call',
    [
        lambda: Load(0, Service(1.0)),
        lambda: Load(-3, Service(1.0)),
        lambda: Load(math.nan, Service(1.0)),
        lambda: Load(math.inf, Service(1.0)),
        lambda: Load(1, Service(1.0), swap_ms=-1),
        lambda: Service(0),
        lambda: Service(1.0, -0.1),
        lambda: mg1_fcfs([]),
        lambda: mg1_fcfs([Load(1, Service(1.0))], 'some'),
        lambda: mg1_ps([Load(1, Service(1.0))], 'some'),
        lambda: mgc_ps([Load(1, Service(1.0))], 0),
        lambda: Batching(0, 1.0, 1.0),
        lambda: Batching(2, 1.0, -1.0),
        lambda: bulk_service(-1, Batching(2, 1.0, 1.0)),
        lambda: bulk_service(1000, Batching(2, 1.0, 1.0)),
        lambda: dg1_fcfs(1, Service(1.0)),
        lambda: tandem([]),
    ],
)
def test_what_cannot_be_is_named_in_one_line(call):
    with pytest.raises(ConfigError) as error:
        call()
    assert '\n' not in str(error.value) and ': ' in str(error.value)
