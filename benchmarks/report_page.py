# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How soon a report can be used in headless Chromium, and what its page costs there.

Usage: dev/env.sh python benchmarks/report_page.py REPORT.html [--times N]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'test' / 'helpers'))

from browser import opened

_READY = "document.documentElement?.dataset.ready === 'yes'"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('report', type=Path)
    parser.add_argument('--times', type=int, default=3)
    given = parser.parse_args()
    for _ in range(given.times):
        with opened(given.report) as page:
            page.wait_for(_READY)
            after_ms = page.run('Math.round(performance.now())')
            page.call('Performance.enable')
            metrics = page.call('Performance.getMetrics')['metrics']
            spent_s = next(one['value'] for one in metrics if one['name'] == 'ProcessTime')
            print(
                f'usable after {after_ms} ms at most, {spent_s:.2f} s of CPU time of its process'
            )


if __name__ == '__main__':
    main()
