# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The chart of busy units: the time that stages cover in each bin."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip('bokeh')

from edge_sched_ros.reporting.html.charts import busy_ns

_TIMES = st.integers(0, 10**12)


@given(
    spans=st.lists(st.tuples(_TIMES, _TIMES).map(lambda span: tuple(sorted(span))), min_size=1),
    edges=st.lists(_TIMES, min_size=2, unique=True).map(sorted),
)
def test_each_bin_has_the_time_that_is_in_it(spans, edges):
    bins = pairwise(edges)
    by_hand = [sum(max(0, min(e, hi) - max(b, lo)) for b, e in spans) for lo, hi in bins]
    # a billionth of the run is less than a pixel
    np.testing.assert_allclose(busy_ns(spans, np.array(edges)), by_hand, rtol=0, atol=1e3)
