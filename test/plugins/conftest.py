# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Packages that are installed for one test."""

from __future__ import annotations

import pytest
from distributions import installing

installed = pytest.fixture(installing)
