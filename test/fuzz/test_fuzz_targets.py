# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever is fuzzed reads its good inputs, and some damaged ones as hypothesis makes them."""

from __future__ import annotations

from random import Random

import pytest
from fuzz import target
from fuzz.choices import Choices
from fuzz.choices import edited
from fuzz.choices import unedited
from fuzz.mutation import damaged
from fuzz.target import FindingError
from fuzz.target import Target
from fuzz.targets import targets
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.core.errors import EdgeSchedError


@pytest.fixture(autouse=True)
def _without_haste(monkeypatch):
    # make fuzz measures time; here other work may take the machine
    monkeypatch.setattr(target, 'MOST_S', 60.0)


TARGETS = targets()
SLOW = [name for name, target in TARGETS.items() if target.slow]
QUICK = [name for name in TARGETS if name not in SLOW]


@pytest.mark.parametrize('name', TARGETS)
def test_good_inputs_are_taken(name):
    assert all(TARGETS[name].check(good) for good in TARGETS[name].corpus)


@pytest.mark.parametrize('name', QUICK)
@settings(max_examples=40)
@given(data=st.data())
def test_damaged_inputs_are_refused_by_name(name, data):
    one = TARGETS[name]
    good = data.draw(st.sampled_from(one.corpus))
    one.check(damaged(good, Random(data.draw(st.integers(0, 2**32)))))


@pytest.mark.parametrize('name', SLOW)
def test_some_damaged_inputs_of_slow_readers_are_refused_by_name(name):
    for seed in range(3):
        one, random = TARGETS[name], Random(seed)
        one.check(damaged(random.choice(one.corpus), random))


@pytest.mark.parametrize('name', QUICK)
def test_noise_is_refused_by_name(name):
    for seed in range(20):
        TARGETS[name].check(Random(seed).randbytes(seed * 30))


def test_a_value_is_changed_only_where_an_input_says_so():
    value = {'a': [1, {'b': 2.5}], 'c': 'text'}
    assert Choices(b'').changed(value) == value
    seen = [Choices(Random(seed).randbytes(40)).changed(value) for seed in range(20)]
    assert sum(each != value for each in seen) > 10


def test_edits_of_bytes_by_themselves_change_nothing():
    good = bytes(range(256)) * 3
    assert edited(good, unedited(good, 40)) == good
    assert edited(good, b'\x00\x02\xff')[:4] == b'\x00\x01\xff\x03'


def test_an_error_that_nobody_expects_is_a_finding():
    with pytest.raises(ZeroDivisionError):
        Target('bad', (b'1',), lambda _: 1 // 0).check(b'')


def test_a_long_message_and_much_memory_are_findings():
    def tell(_):
        raise EdgeSchedError('x' * 1001)

    with pytest.raises(FindingError, match='a message of'):
        Target('long', (b'1',), tell).check(b'')
    grow = Target('large', (b'1',), lambda _: bytearray(b'x') * (600 << 20))
    with pytest.raises(FindingError, match=r'it took \d+ MiB'):
        grow.check(b'')
