# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The sections of the site, and the pages of each in the order in which to read them."""

from __future__ import annotations

#: the page that the site opens with
LANDING = 'README.md'
#: section -> paths in the checkout; those of ``reference/`` are made from the code
ORDER = {
    'Start': (
        'docs/start.md',
        'docs/install.md',
        'docs/tuning.md',
        'docs/trace.md',
    ),
    'How to': (
        'docs/networks.md',
        'docs/ros.md',
        'docs/report.md',
        'docs/views.md',
        'docs/profiling.md',
        'docs/variants.md',
        'docs/segments.md',
        'docs/native.md',
        'docs/plugins.md',
        'docs/security.md',
        'docs/reliability.md',
    ),
    'Simulation and planning': (
        'docs/simulation.md',
        'docs/system_file.md',
        'docs/capacity.md',
        'docs/planning.md',
    ),
    'Several computers': (
        'docs/devices.md',
        'docs/high_level_policies.md',
        'docs/kubernetes.md',
    ),
    'Explanation': (
        'docs/papers.md',
        'docs/design.md',
        'docs/threat_model.md',
    ),
    'Reference': (
        'reference/commands.md',
        'docs/parameters.md',
        'reference/messages.md',
        'docs/api.md',
        'reference/python.rst',
        'docs/system_schema.md',
        'docs/simulation_schema.md',
        'models/README.md',
    ),
    'Results': (
        'docs/results.md',
        'docs/results/first_contact.md',
        'docs/results/demo.md',
        'docs/results/side_by_side.md',
        'benchmarks/side_by_side/README.md',
        'docs/results/detections_3d.md',
        'docs/results/networks.md',
        'docs/results/installs.md',
        'docs/results/providers.md',
        'docs/results/profiles.md',
        'docs/results/native.md',
        'docs/results/isolation.md',
        'docs/results/views.md',
        'docs/results/trace.md',
        'docs/results/segments.md',
        'docs/results/policies.md',
        'docs/results/overload.md',
        'docs/results/deciding.md',
        'docs/results/capacity.md',
        'docs/results/planning.md',
        'docs/results/devices.md',
        'docs/results/fleet.md',
        'docs/results/campaign.md',
        'docs/results/kubernetes.md',
        'docs/results/accelerators.md',
        'docs/results/tests.md',
        'docs/results/hardware.md',
        'docs/results/not_measured.md',
    ),
    'Project': (
        'CONTRIBUTING.md',
        'CODE_OF_CONDUCT.md',
        'CHANGELOG.rst',
        'docs/release.md',
        'docs/licences.md',
        'SECURITY.md',
    ),
}
