# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a real driver would answer with a crash."""

from __future__ import annotations


class SegfaultError(BaseException):
    """The process would be dead now; no ``except Exception`` may go on from here."""


#: wrong things that happened where nothing can be raised, like in destructors
found: list[str] = []
