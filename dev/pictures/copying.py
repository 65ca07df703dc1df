# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Copies a picture that a command has written."""

from __future__ import annotations

import shutil
from pathlib import Path

_QUALITY = 90


def copied(made: Path, target: Path) -> None:
    """Copy a picture; into JPEG where the target is one and the picture is not."""
    if target.suffix != '.jpg':
        shutil.copyfile(made, target)
        return
    import cv2

    cv2.imwrite(str(target), cv2.imread(str(made)), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
