# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Native depth gives the numbers, errors and doubts that the form in Python gives."""

from __future__ import annotations

import numpy as np
import pytest
from decoding import decoder_of
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from native_forms import assert_same
from native_forms import in_python
from native_forms import outcome

from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.perception.decoders.depth_metric import DepthMetric
from edge_sched_ros.perception.decoders.values import InvalidOutputError

pytest.importorskip('edge_sched_ros._native')

_GEOMETRY = {'focal_px': 300.0, 'baseline_m': 0.12}
_VALUES = st.sampled_from(
    [0.0, -1.0, 0.1, 0.3, 1.0, 2.0, 7.0, 40.0, 1e-30, 3e38, np.nan, np.inf, -np.inf]
)


def _two_forms(name, options):
    plane = np.zeros((1, 1, 6, 10), np.float32)
    given = {**options, **(_GEOMETRY if name == 'depth_disparity' else {})}
    native = decoder_of(name, plane, size=(40, 24), **given)
    with in_python():
        wanted = decoder_of(name, plane, size=(40, 24), **given)
    assert native._native is not None and wanted._native is None
    return native, wanted


@pytest.mark.parametrize('name', ['depth_metric', 'depth_inverse', 'depth_disparity'])
@settings(max_examples=60, deadline=None)
@given(
    few=st.lists(_VALUES, min_size=1, max_size=6),
    scale=st.sampled_from([1.0, 0.001, -2.0]),
    shift=st.sampled_from([0.0, 0.3]),
    max_m=st.sampled_from([0.35, 40.0]),
    noise=st.booleans(),
)
def test_depths_errors_and_doubts_are_those_of_python(name, few, noise, **options):
    native, wanted = _two_forms(name, {'min_m': 0.3, **options})
    raw = np.resize(np.array(few, np.float32), (1, 1, 6, 10))
    if noise:
        raw = raw + np.random.default_rng(1).random(raw.shape, np.float32)
    way = fit(native.spec.input, 64, 48)
    for _ in range(12):
        results = [
            outcome(form.result, [raw], way, error=InvalidOutputError) for form in (native, wanted)
        ]
    assert_same(*results)
    assert native.unknowns == wanted.unknowns and native.doubt == wanted.doubt


def test_a_class_with_its_own_meaning_of_values_has_no_native_form():
    class Millimetres(DepthMetric):
        def metres(self, plane):
            return plane / 1000

    base = decoder_of('depth_metric', np.zeros((1, 1, 6, 10), np.float32), size=(40, 24))
    own = Millimetres(base.spec, base._outputs, {})
    raw = np.linspace(500, 5000, 60, dtype=np.float32).reshape(1, 1, 6, 10)
    depth = own.result([raw], fit(own.spec.input, 40, 24)).depth_m
    assert own._native is None and depth.max() == 5
