# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Texts on a picture, and a colour for each number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
#: blue, green, red
Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
DARK: Colour = (40, 40, 40)
#: height of a line of text, pixels
LINE_PX = 20
_SCALE = 0.45


@lru_cache(maxsize=1024)
def colour_of(number: int) -> Colour:
    """Return a BGR colour, another one for each small number."""
    import cv2

    hue = (number * 67 + 5) % 180
    value = np.array([[[hue, 200, 255 - 40 * (number % 3)]]], np.uint8)
    blue, green, red = (int(part) for part in cv2.cvtColor(value, cv2.COLOR_HSV2BGR)[0, 0])
    return blue, green, red


def write_text(canvas: Picture, text: str, x: int, y: int, colour: Colour) -> None:
    """
    Write a text on a box of a colour, inside the picture.

    :param x: of its left end, pixels
    :param y: of its base line, pixels
    """
    import cv2

    # the fonts of OpenCV have no other characters
    text = text.encode('ascii', 'replace').decode()
    (width, height), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, _SCALE, 1)
    x = max(0, min(x, canvas.shape[1] - width))
    y = max(height + 2, min(y, canvas.shape[0] - below))
    cv2.rectangle(canvas, (x, y - height - 2), (x + width, y + below - 1), colour, -1)
    ink = WHITE if sum(colour) < 300 else DARK
    cv2.putText(canvas, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, _SCALE, ink, 1, cv2.LINE_AA)


def write_lines(canvas: Picture, lines: Sequence[str], colours: Sequence[Colour]) -> None:
    """Write lines below each other, from the upper left corner."""
    for row, (line, colour) in enumerate(zip(lines, colours)):
        write_text(canvas, line, 4, 18 + LINE_PX * row, colour)
