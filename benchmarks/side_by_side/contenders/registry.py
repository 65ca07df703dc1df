# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All contenders by name."""

from __future__ import annotations

from benchmarks.side_by_side.contenders.base import Contender
from benchmarks.side_by_side.contenders.cpp_edf import CppEdf
from benchmarks.side_by_side.contenders.cpp_networks import CppNetworks
from benchmarks.side_by_side.contenders.networks_free import NetworksFree
from benchmarks.side_by_side.contenders.networks_one import NetworksOne
from benchmarks.side_by_side.contenders.one_process import OneProcess
from benchmarks.side_by_side.contenders.processes_free import ProcessesFree
from benchmarks.side_by_side.contenders.processes_one import ProcessesOne
from benchmarks.side_by_side.contenders.scheduler import Scheduler

SCHEDULER = Scheduler.name
CONTENDERS: dict[str, Contender] = {
    contender.name: contender
    for contender in (
        Scheduler(),
        ProcessesFree(),
        ProcessesOne(),
        NetworksFree(),
        NetworksOne(),
        OneProcess(),
        CppNetworks(),
        CppEdf(),
    )
}
#: those that need a compiler
CPP = (CppNetworks.name, CppEdf.name)
