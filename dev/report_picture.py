# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Draw the top of a report: ``dev/env.sh python dev/report_picture.py REPORT PICTURE``."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2

_SIZE = '1200,1330'
_TIMEOUT_S = 120


def main() -> None:
    """Write the picture as JPEG."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('report', type=Path)
    parser.add_argument('picture', type=Path)
    arguments = parser.parse_args()
    browser = shutil.which('chromium') or shutil.which('chromium-browser')
    if browser is None:
        sys.exit('report_picture: there is no chromium (apt install chromium)')
    if not arguments.report.is_file():
        sys.exit(f'report_picture: {arguments.report}: there is no such file')
    with TemporaryDirectory() as folder:
        shot = Path(folder, 'page.png')
        subprocess.run(
            [browser, '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars',
             f'--user-data-dir={folder}/profile', f'--window-size={_SIZE}',
             # of the page: its charts are drawn by then
             '--virtual-time-budget=6000', f'--screenshot={shot}',
             arguments.report.absolute().as_uri()],
            check=True, timeout=_TIMEOUT_S, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        cv2.imwrite(str(arguments.picture), cv2.imread(str(shot)), [cv2.IMWRITE_JPEG_QUALITY, 85])


if __name__ == '__main__':
    main()
