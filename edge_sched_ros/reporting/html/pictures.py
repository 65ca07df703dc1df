# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures in a report, as part of the page."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """
    A picture of a run.

    :param caption: what it shows, in words; also for those who cannot see it
    :param jpeg: the file
    """

    caption: str
    jpeg: bytes


def pictures_html(pictures: Iterable[ShownPicture]) -> str:
    """Return pictures with their captions; nothing without any."""
    return ''.join(
        f'<figure><img alt="{escape(one.caption)}" '
        f'src="data:image/jpeg;base64,{b64encode(one.jpeg).decode()}">'
        f'<figcaption>{escape(one.caption)}</figcaption></figure>'
        for one in pictures
    )
