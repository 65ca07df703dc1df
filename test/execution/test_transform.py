# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""No transform makes a picture that is many times larger than the network's input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.input_spec import InputSpec
from edge_sched_ros.execution.input_spec import RESIZES
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.execution.preprocess.transform import fit_even

SIDE = st.sampled_from([1, 2, 3, 17, 224, 480, 1920, 5000, 70_000])


@given(SIDE, SIDE, st.sampled_from(RESIZES), st.sampled_from([fit, fit_even]))
def test_what_is_resized_has_at_most_4_million_pixels(width, height, resize, way):
    spec = InputSpec(224, 160, resize=resize)
    try:
        found = way(spec, width, height)
    except FrameError as error:
        assert (error.reason, resize) == ('too_long', 'crop')
        assert f'{width}x{height}' in str(error)
        return
    assert found.scale_x * width * found.scale_y * height <= 2**22 + 1


@pytest.mark.parametrize(
    ('width', 'height', 'fits'),
    [(1920, 1080, True), (2048, 32, True), (32, 2048, True), (1, 5000, False), (70_000, 2, False)],
)
def test_pictures_of_sensors_are_cropped_and_those_of_no_sensor_are_refused(width, height, fits):
    spec = InputSpec(224, 224, resize='crop')
    if fits:
        assert fit(spec, width, height).source_width == width
    else:
        with pytest.raises(FrameError, match=f'an image of {width}x{height} is too long'):
            fit(spec, width, height)
