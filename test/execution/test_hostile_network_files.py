# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files of networks that are made to hurt: one short line for each, at once."""

from __future__ import annotations

import tracemalloc

import pytest

from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.execution.network import load_network

NET = 'file: n.onnx\ninput: {width: 320, height: 240}\ndecoder: yolox\n'
#: 10^5 values from five lines
LEVELS = ''.join(f'  k{n}: &a{n + 1} [{", ".join([f"*a{n}"] * 10)}]\n' for n in range(4))


def _bomb(first='x'):
    return f'decoder_options:\n  k: &a0 [{", ".join([first] * 10)}]\n{LEVELS}'


FILES = {
    'values from aliases': f'{NET}{_bomb()}  more: [{", ".join(["*a4"] * 20)}]\n',
    'long texts from aliases': f'{NET}{_bomb("x" * 2000)}',
    'an alias for a number': NET.replace('320', '*a4').join((_bomb(), '')),
    'an alias for labels': f'{NET}{_bomb()}labels: *a4\n',
    'a number of many digits': NET.replace('320', '9' * 399),
    'a number beyond all': NET.replace('320', '1e400'),
    'a number of too many digits': NET.replace('320', '9' * 100_000),
    'a date': NET.replace('320', '2024-01-01'),
    'not a number': NET.replace('320', '.nan'),
    'brackets': f'{NET}labels: {"[" * 100_000}',
    'braces': f'{NET}labels: {"{a: " * 1000}',
    'a long key': f'{"k" * 900}: 1\n{NET}',
    'a long name': f'{NET}name: {"n" * 100_000}\nlabels: 5\n',
    'a factor of many digits': f'{NET}accuracy: {{metric: m, value: {"9" * 399}, source: s}}\n',
    'a long path': NET.replace('n.onnx', '/a' * 5000),
    'a path of one long name': NET.replace('n.onnx', 'a' * 300),
    'a key that a terminal obeys': f'{NET}"\\x1b[31m\\n\\u202e": 1\n',
    'many wrong keys': NET + ''.join(f'k{n}: v\n' for n in range(5000)),
    'a tag': f'{NET}labels: !!python/object/apply:os.system [ls]\n',
}


@pytest.mark.parametrize('name', FILES)
def test_a_file_that_is_made_to_hurt_gives_one_short_line(tmp_path, name):
    (tmp_path / 'n.onnx').write_bytes(b'x')
    file = tmp_path / 'net.yaml'
    file.write_text(FILES[name])
    tracemalloc.start()
    try:
        with pytest.raises(EdgeSchedError) as caught:
            load_network(file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert str(caught.value).isprintable() and len(str(caught.value)) < 500
    assert peak < 4 * file.stat().st_size + (64 << 20)
