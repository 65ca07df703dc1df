# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What the ``format`` of a ``sensor_msgs/CompressedImage`` says, and what its first bytes are.

Image transports write ``ENCODING; CODEC compressed [TARGET]``, drivers often the codec alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.execution.encodings import DEPTH
from edge_sched_ros.execution.encodings import ENCODINGS

#: how many of the first bytes are looked at
MAGIC_BYTES = 12
_PICTURES = (
    b'\xff\xd8\xff',  # JPEG
    b'\x89PNG',
    b'BM',
    b'II*\0',  # TIFF
    b'MM\0*',
    b'\0\0\0\x0cjP  ',  # JPEG 2000
    b'\xff\x4f\xff\x51',
)
#: start codes of H.264 and H.265 in a stream of bytes
_START_CODES = (b'\0\0\0\x01', b'\0\0\x01')
#: words for codecs of video
_VIDEO = {
    'h264': 'H.264',
    'avc': 'H.264',
    'libx264': 'H.264',
    'h265': 'H.265',
    'hevc': 'H.265',
    'av1': 'AV1',
    'vp8': 'VP8',
    'vp9': 'VP9',
    'mpeg4': 'MPEG-4',
    'ffmpeg': 'video',
    'theora': 'Theora',
}
_CODECS = ('jpeg', 'jpg', 'mjpeg', 'png', 'webp', 'bmp', 'tiff', 'tif', 'jp2', 'jpeg2000')


@dataclass(frozen=True, slots=True)
class CompressedFormat:
    """
    A ``format``, read.

    :param text: as it came
    :param encoding: of the picture before; empty where it is not said
    :param words: what follows, or all of it, in lower case
    """

    text: str
    encoding: str
    words: tuple[str, ...]

    @property
    def mosaic(self) -> str:
        """The encoding, in 8 bits, of a mosaic compressed as it is; empty where it was not."""
        mosaic = self.encoding.startswith('bayer_') and self.encoding in ENCODINGS
        # a target behind 'compressed' says that it became a picture first
        if not mosaic or self.words[-1:] != ('compressed',):
            return ''
        return f'{self.encoding.removesuffix("16").removesuffix("8")}8'


def read_format(text: str) -> CompressedFormat:
    """Return what a format says."""
    text = text.strip()
    encoding, semicolon, rest = text.partition(';')
    words = (rest if semicolon else text).lower().replace('/', ' ').split()
    return CompressedFormat(text, encoding.strip() if semicolon else '', tuple(words))


def why_not_decoded(form: CompressedFormat, magic: bytes) -> tuple[str, str] | None:
    """
    Return the reason, a short code and a text, why data is known to be no picture.

    ``None`` where it is one, or where only trying can tell.

    :param magic: its first bytes
    """
    named = f"format '{form.text}'"
    if 'compresseddepth' in form.words:
        return 'compressed_depth', (
            f'{named} is depth with a header of its own, not a picture; take the camera image'
        )
    if form.encoding in DEPTH:
        unit = DEPTH[form.encoding]
        return 'depth_image', f'{named} is depth in {unit}, not a picture; take the camera image'
    if magic.startswith(_PICTURES) or (magic[:4], magic[8:]) == (b'RIFF', b'WEBP'):
        return None
    video = next((_VIDEO[word] for word in form.words if word in _VIDEO), '')
    if video or magic.startswith(_START_CODES):
        what = video or 'H.264 or H.265'
        return 'video_stream', (
            f'{named} is a stream of {what}, whose frames are no pictures by themselves; '
            'decode it first (image_transport republish), or let the driver give JPEG'
        )
    if form.words and not any(word in _CODECS for word in form.words):
        return 'unknown_format', (
            f'{named} is not supported (supported: jpeg, png, webp, bmp, tiff)'
        )
    return None
