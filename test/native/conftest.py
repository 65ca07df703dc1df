# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What holds for tests of native forms."""

from __future__ import annotations

import pytest

from edge_sched_ros.native import loading


@pytest.fixture(autouse=True)
def native_if_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare with the native forms, whatever the tests are run with and others have chosen."""
    monkeypatch.delenv(loading.VARIABLE, raising=False)
    monkeypatch.setattr(loading._Mode, 'chosen', 'auto')
