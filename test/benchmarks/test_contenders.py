# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Who is compared where there is no compiler."""

from __future__ import annotations

from argparse import Namespace

import pytest

from benchmarks.side_by_side import main
from benchmarks.side_by_side.contenders.registry import CONTENDERS
from benchmarks.side_by_side.contenders.registry import CPP


@pytest.fixture(autouse=True)
def _no_compiler(monkeypatch):
    monkeypatch.setenv('CXX', '/nowhere/c++')


def test_those_in_cpp_are_left_out_and_named():
    said = []
    found = main._contenders(Namespace(contenders=None), said.append)
    assert found == [name for name in main.DEFAULT if name not in CPP]
    assert said[-1].startswith('left out: cpp_networks, cpp_edf: ')
    assert said[-1].endswith('there is no C++ compiler')


def test_asking_for_one_is_refused():
    with pytest.raises(SystemExit, match=r'cpp_edf: .* no C\+\+ compiler'):
        main._contenders(Namespace(contenders=['scheduler', 'cpp_edf']), print)


def test_python_alone_needs_no_compiler():
    assert main._contenders(Namespace(contenders=['scheduler']), print) == ['scheduler']
    assert set(main.DEFAULT) <= set(CONTENDERS)
