# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Interprets the ``format`` of a ``sensor_msgs/CompressedImage`` and its first bytes.

Image transports write ``ENCODING; CODEC compressed [TARGET]``, drivers often only the codec.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.execution.encodings import DEPTH
from edge_sched_ros.execution.encodings import ENCODINGS

#: number of first bytes examined
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
    A parsed ``format``.

    :param text: the original text
    :param encoding: encoding of the picture before compression; empty if not given
    :param words: the words after it, or all words, in lower case
    """

    text: str
    encoding: str
    words: tuple[str, ...]

    @property
    def mosaic(self) -> str:
        """The 8-bit encoding of a mosaic compressed without conversion; empty otherwise."""
        mosaic = self.encoding.startswith('bayer_') and self.encoding in ENCODINGS
        # a target after 'compressed' means that it was converted to a picture first
        if not mosaic or self.words[-1:] != ('compressed',):
            return ''
        return f'{self.encoding.removesuffix("16").removesuffix("8")}8'


def read_format(text: str) -> CompressedFormat:
    """Return the parsed format."""
    text = text.strip()
    encoding, semicolon, rest = text.partition(';')
    words = (rest if semicolon else text).lower().replace('/', ' ').split()
    return CompressedFormat(text, encoding.strip() if semicolon else '', tuple(words))


def why_not_decoded(form: CompressedFormat, magic: bytes) -> tuple[str, str] | None:
    """
    Return the reason, as short code and text, why data is known not to be a picture.

    ``None`` when it is one, or when only decoding can tell.

    :param magic: first bytes of the data
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
            f'{named} is a stream of {what}, whose frames are not separate pictures; decode it '
            f'first (image_transport republish), or let the driver give JPEG'
        )
    if form.words and not any(word in _CODECS for word in form.words):
        return 'unknown_format', (
            f'{named} is not supported (supported: jpeg, png, webp, bmp, tiff)'
        )
    return None
