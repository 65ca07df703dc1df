# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The top of a page, as headless Chromium shows it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

_SIZE = '1200,1330'
_TIMEOUT_S, _QUALITY = 120, 85


class NoBrowserError(Exception):
    """There is no Chromium here."""


def shot(page: Path, target: Path, *, size: str = _SIZE) -> None:
    """
    Write what the top of a page shows, as JPEG.

    :param size: of the window, WIDTH,HEIGHT
    :raises NoBrowserError: where there is no Chromium
    :raises OSError: when the page is not there
    """
    import cv2

    browser = shutil.which('chromium') or shutil.which('chromium-browser')
    if browser is None:
        raise NoBrowserError('there is no chromium (apt install chromium)')
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        picture = Path(folder, 'page.png')
        subprocess.run(
            [browser, '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars',
             f'--user-data-dir={folder}/profile', f'--window-size={size}',
             # of the page: its charts are drawn by then
             '--virtual-time-budget=6000', f'--screenshot={picture}',
             page.resolve(strict=True).as_uri()],
            check=True, timeout=_TIMEOUT_S, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        read = cv2.imread(str(picture))
        cv2.imwrite(str(target), read, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
