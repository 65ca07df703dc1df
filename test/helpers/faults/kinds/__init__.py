# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All kinds of faults, one file per group."""

from __future__ import annotations

from faults.fault import Fault
from faults.kinds import bags
from faults.kinds import devices
from faults.kinds import files
from faults.kinds import isolated
from faults.kinds import life
from faults.kinds import messages
from faults.kinds import outputs
from faults.kinds import pictures
from faults.kinds import plug_ins
from faults.kinds import policy
from faults.kinds import program_hangs
from faults.kinds import program_raises
from faults.kinds import program_returns
from faults.kinds import publishers

FAULTS: tuple[Fault, ...] = (
    *program_raises.FAULTS,
    *program_returns.FAULTS,
    *outputs.FAULTS,
    *isolated.FAULTS,
    *messages.FAULTS,
    *pictures.FAULTS,
    *publishers.FAULTS,
    *plug_ins.FAULTS,
    *files.FAULTS,
    *policy.FAULTS,
    *life.FAULTS,
    *bags.FAULTS,
    *devices.FAULTS,
    *program_hangs.FAULTS,
)
