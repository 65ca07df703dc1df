#!/bin/bash
# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
# Prints how many lines describe a robot and convert the description for the tools; the last
# line is the total. docs/results.md has the number.
set -e
cd "$(dirname "$0")/../edge_sched_ros"
wc -l system/*.py \
  capacity/{cluster,stages,admission_tasks}.py capacity/placement/{placement_file,problem}.py \
  planning/{from_file,problem,situation}.py \
  profiling/{profile_file,apply,additions,known_units}.py \
  cluster/{types_file,node_costs}.py pipeline/admission/demand.py pipeline/costs/system_file.py \
  simulation/{change_keys,suite_file,schema_docs}.py
