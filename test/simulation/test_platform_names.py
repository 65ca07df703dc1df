# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A platform's name with a power mode."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.finding import built_in
from edge_sched_ros.system.loading import load_platform

PLATFORMS = Path(__file__).resolve().parents[2] / 'config' / 'platforms'


def test_an_at_without_a_mode_is_an_error():
    with pytest.raises(ConfigError, match=r"^platform: 'orin_agx@': the power mode .* missing$"):
        load_platform('orin_agx@')
    assert load_platform('orin_agx').units


@pytest.mark.parametrize('file', sorted(PLATFORMS.glob('*.yaml')), ids=lambda file: file.stem)
def test_who_asks_for_a_mode_that_is_not_there_is_told_what_is(file):
    modes = load_platform(str(file)).power_modes
    with pytest.raises(ConfigError) as error:
        load_platform(f'{file}@MAXN')
    assert str(error.value).startswith(f'{file}: ') and '\n' not in str(error.value)
    assert all(mode in error.value.problem for mode in modes)
    assert ('without the @' in error.value.problem) is bool(modes)


@pytest.mark.parametrize('name', built_in('platforms'))
def test_a_built_in_platform_points_to_the_file_with_modes(name):
    if load_platform(name).power_modes:
        return
    with pytest.raises(ConfigError) as error:
        load_platform(f'{name}@15W')
    pointed = re.findall(r'config/platforms/(\S+)', error.value.problem)
    assert bool(pointed) is name.startswith('orin_'), error.value.problem
    for file in pointed:
        assert load_platform(f'{PLATFORMS / file}@15W').units
