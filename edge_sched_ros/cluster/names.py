# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names shared by pods, nodes and this package."""

from __future__ import annotations

GROUP = 'edge-sched.io'

# annotations of pods: the declaration of an application
NETWORK = f'{GROUP}/network'
RATE = f'{GROUP}/rate-per-s'
LATENCY = f'{GROUP}/latency-ms'
OBJECTIVE = f'{GROUP}/objective'
PRIORITY = f'{GROUP}/priority'
PREPROCESS = f'{GROUP}/preprocess'
MEMORY = f'{GROUP}/memory-mib'
UNIT = f'{GROUP}/unit'
# its observed response
OBSERVED = f'{GROUP}/observed-ms'

#: annotation -> key of a task of system files
KEYS = {
    NETWORK: 'network',
    RATE: 'rate_per_s',
    LATENCY: 'deadline_ms',
    OBJECTIVE: 'objective',
    PRIORITY: 'priority',
    PREPROCESS: 'preprocess',
    MEMORY: 'memory_mib',
}

#: label of the pods of a group, of the scheduler plug-in Coscheduling
GROUP_LABEL = 'scheduling.x-k8s.io/pod-group'

# annotations of nodes
TYPE = f'{GROUP}/type'
PROFILES = f'{GROUP}/profiles'
UNITS = f'{GROUP}/units'
#: pod -> ms, for pods without their own annotation
NODE_OBSERVED = f'{GROUP}/observed'
#: when an agent that goes on published them, and for how many seconds they hold
NODE_OBSERVED_AT = f'{GROUP}/observed-at'
#: keys of taints of devices, after the state of their unit
TAINTS = {'defective': f'{GROUP}/defective', 'late': f'{GROUP}/late'}
# a label of nodes
MODULE = f'{GROUP}/module'
