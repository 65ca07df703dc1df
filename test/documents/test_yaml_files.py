# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YAML files of users: the same values as YAML 1.2 says, one line for whatever is wrong."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents import text_file
from edge_sched_ros.documents import yaml_tree
from edge_sched_ros.documents.yaml_file import dump_mapping
from edge_sched_ros.documents.yaml_file import read_mapping


@pytest.fixture(params=['libyaml', 'python'])
def parser(request, monkeypatch):
    """Read with each of the two parsers of PyYAML: wheels have libyaml, some distros do not."""
    if request.param == 'python':
        monkeypatch.setattr(yaml_tree, '_LOADER', yaml.SafeLoader)


def _read(tmp_path, text):
    file = tmp_path / 'f.yaml'
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_mapping(file)


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ('1e3', 1000.0),
        ('1.5', 1.5),
        ('.5', 0.5),
        ('-2', -2),
        ('0x1F', 31),
        ('0o17', 15),
        ('010', 10),
        ('1_000', '1_000'),
        ('1:40', '1:40'),
        ('yes', 'yes'),
        ('off', 'off'),
        ('y', 'y'),
        ('true', True),
        ('False', False),
        ('~', None),
        ('null', None),
        ('', None),
        ('2026-99-99', '2026-99-99'),
        ('.inf', math.inf),
        ('-.INF', -math.inf),
        ('+.inf', math.inf),
        ('"5"', '5'),
        ("'true'", 'true'),
        ('!!str 5', '5'),
        ('! 5', '5'),
        ('|-\n  5', '5'),
        ('9' * 5000, '9' * 5000),
    ],
)
def test_scalars_are_those_of_yaml_1_2(tmp_path, parser, text, value):
    found = _read(tmp_path, f'a: {text}\n')['a']
    assert (type(found), found) == (type(value), value)


def test_not_a_number_is_read(tmp_path):
    assert math.isnan(_read(tmp_path, 'a: .nan')['a'])


def test_keys_may_be_text_or_whole_numbers(tmp_path, parser):
    assert _read(tmp_path, 'exits: {1: 0.3}\non: 1\n"2": 2\n') == {
        'exits': {1: 0.3},
        'on': 1,
        '2': 2,
    }


def test_anchors_and_merged_keys(tmp_path, parser):
    text = 'a: &a {x: 1, y: 2}\nb: *a\nc: {<<: *a, y: 3}\nd: {<<: [{z: 1}, {z: 2, w: 4}]}\n'
    assert _read(tmp_path, text) == {
        'a': {'x': 1, 'y': 2},
        'b': {'x': 1, 'y': 2},
        'c': {'x': 1, 'y': 3},
        'd': {'z': 1, 'w': 4},
    }


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    assert _read(tmp_path, b'\xef\xbb\xbfa: 1\n') == {'a': 1}


BOMB = 'a: &a [x, x, x, x, x, x, x, x, x, x]\n' + ''.join(
    f'{name}: &{name} [{", ".join([f"*{before}"] * 10)}]\n'
    for before, name in zip('abcdefgh', 'bcdefghi')
)


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('- 1', 'f.yaml: is not a mapping'),
        ('', 'f.yaml: is not a mapping: it is empty'),
        ('# nothing\n', 'f.yaml: is not a mapping: it is empty'),
        (
            'b: 0\na: 1\nb: 2',
            "f.yaml:3: cannot be read: the key 'b' is given twice, first in line 1",
        ),
        ('{c: 1, c: 1}', "f.yaml:1: cannot be read: the key 'c' is given twice, first in line 1"),
        ('a: [\n', 'f.yaml:1: cannot be read: '),
        ('a: 1\nb: c: d\n', 'f.yaml:2: cannot be read: '),
        ('a:\n\t- 1\n', 'f.yaml:2: cannot be read: a tab, where only spaces may indent'),
        ('a: 1\nb: \x01', 'f.yaml:2: cannot be read: the character #x01 is not allowed in YAML'),
        ('a: ' + '[' * 3000, 'f.yaml:1: cannot be read: it is nested too deeply (more than 64'),
        ('\n' + '{a: ' * 100_000, 'f.yaml:2: cannot be read: it is nested too deeply'),
        (BOMB, 'f.yaml:6: cannot be read: its aliases stand for more than 1000000 values'),
        ('a: &a [*a]\n', 'f.yaml:1: cannot be read: there is no &a before this *a'),
        ('a: *b\n', 'f.yaml:1: cannot be read: there is no &b before this *b'),
        ('a: 1\n---\nb: 2\n', 'f.yaml:2: cannot be read: a second document begins here'),
        ('a: 1\n? [b]\n: 2', 'f.yaml:2: cannot be read: a key must be text, not a list or a'),
        (
            'a: 1\n1.5: 2\n',
            "f.yaml:2: cannot be read: a key must be text or a whole number: put '1",
        ),
        (
            'true: 2\n',
            "f.yaml:1: cannot be read: a key must be text or a whole number: put 'true'",
        ),
        (
            'a: !!python/object:os.system {}',
            'f.yaml:1: cannot be read: the tag tag:yaml.org,2002:',
        ),
        ('a: !own 5', 'f.yaml:1: cannot be read: the tag !own is not known here'),
        ('a: {<<: 5}', 'f.yaml:1: cannot be read: << must be given a mapping or a list of them'),
        ('a: &x 1\n*x : 2\n', 'f.yaml:2: cannot be read: a key must be text, not an alias (*x)'),
        (b'a: 1\nb: \xff\n', 'f.yaml:2: cannot be read: it is not UTF-8 (the byte 0xff)'),
        ('a: 1'.encode('utf-16'), 'f.yaml: cannot be read: it is UTF-16, save it as UTF-8'),
        ('a: 1'.encode('utf-32'), 'f.yaml: cannot be read: it is UTF-32, save it as UTF-8'),
        (b'\x7fELF\0\0', 'f.yaml: cannot be read: it is not text but a binary file'),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path, monkeypatch, parser, text, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as error:
        _read(tmp_path.relative_to(tmp_path), text)
    assert str(error.value).startswith(message)
    assert '\n' not in str(error.value) and len(str(error.value)) < 200


def test_what_is_no_file_is_one_line(tmp_path, monkeypatch):
    with pytest.raises(ConfigError, match=r'none: cannot be read: No such file or directory$'):
        read_mapping(tmp_path / 'none')
    with pytest.raises(ConfigError, match=r': is a folder, not a file$'):
        read_mapping(tmp_path)
    with pytest.raises(ConfigError, match='cannot be read: '):
        read_mapping(tmp_path / 'a\0b')
    with pytest.raises(ConfigError, match=r'null: is not a mapping: it is empty$'):
        read_mapping(type(tmp_path)('/dev/null'))
    monkeypatch.setattr(text_file, 'MOST_MIB', 1)
    with pytest.raises(ConfigError, match=r'zero: cannot be read: it is larger than 1 MiB$'):
        read_mapping(type(tmp_path)('/dev/zero'))


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(st.characters(codec='utf-8', exclude_categories=('C', 'Zl', 'Zp')), max_size=12),
    st.from_regex(r'[-+]?[0-9.eExXo_:]{1,8}', fullmatch=True),
    st.sampled_from(
        ['yes', 'on', '~', 'null', '1e3', '0o17', '12e45678', '08', '<<', '=', 'a\nb', ' x']
    ),
)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(codec='ascii', categories=('L', 'N')), min_size=1, max_size=5),
        st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=6),
        min_size=1,
    )
)
def test_what_is_written_reads_as_the_same(tmp_path_factory, data):
    file = tmp_path_factory.mktemp('yaml') / 'f.yaml'
    text = dump_mapping(data)
    file.write_text(text, encoding='utf-8', newline='')
    found = read_mapping(file)
    assert repr(found) == repr(data)
    assert dump_mapping(found) == text


def test_a_large_file_is_no_trouble(tmp_path):
    rows = ''.join(f'  app{i}: {{network: yolo, rate_hz: {i}.5}}\n' for i in range(20_000))
    # something done again for every line would take longer than a test may
    assert len(_read(tmp_path, f'apps:\n{rows}')['apps']) == 20_000
