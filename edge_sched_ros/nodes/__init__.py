# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that imports rclpy."""

import sys

from edge_sched_ros.installation.missing import explain_import_errors

if sys.argv[:1] == ['-m']:
    # ``python -m`` imports the package before its module, so this process is one of the nodes
    explain_import_errors('edge_sched_ros.nodes')
