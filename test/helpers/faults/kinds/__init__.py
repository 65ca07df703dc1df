# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All kinds of faults, one file per group."""

from __future__ import annotations

from faults.fault import Fault
from faults.kinds import isolated
from faults.kinds import life
from faults.kinds import messages
from faults.kinds import policy
from faults.kinds import program_hangs
from faults.kinds import program_raises
from faults.kinds import program_returns

FAULTS: tuple[Fault, ...] = (
    *program_raises.FAULTS,
    *program_returns.FAULTS,
    *isolated.FAULTS,
    *messages.FAULTS,
    *policy.FAULTS,
    *life.FAULTS,
    *program_hangs.FAULTS,
)
