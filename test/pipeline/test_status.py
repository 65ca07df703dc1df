# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Summaries that add up."""

from __future__ import annotations

import pytest

from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.pipeline.health.status import check_account


def test_an_account_that_adds_up_and_one_that_does_not():
    task = {'released': 5, 'on_time': 1, 'late': 1, 'dropped': {'a': 1}, 'failed': {'b': 2}}
    check_account({'detector': task})
    with pytest.raises(InvariantError, match='detector: 6 jobs released, 5 ended'):
        check_account({'detector': {**task, 'released': 6}})
