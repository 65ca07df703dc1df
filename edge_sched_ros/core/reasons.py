# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reasons why a job was dropped or failed: short codes, used as counters and keys."""

from __future__ import annotations

#: a newer frame took its place in the task's queue
SUPERSEDED = 'superseded'
#: it could no longer meet its deadline (only with ``+drop``)
DEADLINE_UNREACHABLE = 'deadline_unreachable'
#: a newer frame of the same task had its result first
OVERTAKEN = 'overtaken'
#: the job before it in the cascade was dropped or failed, so there was no input
UPSTREAM = 'upstream'
#: one of the jobs before it in a join was dropped or failed, so an input was missing
JOIN_INCOMPLETE = 'join_incomplete'
#: no frame of the task's second stream belongs to its frame
UNPAIRED = 'unpaired'
#: no unit that could run its next stage is available
NO_UNIT = 'no_unit'
#: the task was disabled while the job waited
DISABLED = 'disabled'
#: the clock jumped, so that deadlines of waiting jobs became invalid
CLOCK_JUMP = 'clock_jump'
#: the scheduler was stopped while the job was in flight
SHUTDOWN = 'shutdown'
#: the unit overran the stage's worst case many times over (failed)
UNIT_HUNG = 'unit_hung'
#: a call of its task hangs, or has hung several times in a row (failed)
TASK_HUNG = 'task_hung'
#: the unit was lost while it ran the stage (failed)
UNIT_LOST = 'unit_lost'
#: nothing can be concluded from an output of the network: NaN, infinite, constant, empty (failed)
INVALID_OUTPUT = 'invalid_output'
#: dropped in favour of others, as it was expected to be late (policy ``dream``)
SMART_DROP = 'smart_drop'
#: its deadline has passed (policy ``dream``)
DEADLINE_PASSED = 'deadline_passed'
#: nobody wants its answer any more (a partition that its coordinator runs elsewhere, or not)
CANCELLED = 'cancelled'
#: no device can run the job's network, or a part of it
NO_DEVICE = 'no_device'
#: a device was lost with a part of the job, and what is left could not make it (failed)
DEVICE_LOST = 'device_lost'
#: a tensor did not come from one device to another, again and again (failed)
TRANSFER_FAILED = 'transfer_failed'
#: a device that is there never answered for a partition (failed)
NO_ANSWER = 'no_answer'
#: inputs of a partition never came to the device that waited for them (failed)
NO_INPUTS = 'no_inputs'
#: a device came back without what it had (how often, by device)
RESTARTED = 'restarted'
#: its frame was taken on a device that could not reach the coordinator (failed)
UNREACHABLE = 'unreachable'
