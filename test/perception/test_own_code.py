# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decoders and programs of a user's own: whatever is wrong with them is one line."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from children import TIMEOUT_S

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.numbers import numbers_of_network
from edge_sched_ros.perception.numbers import numbers_of_program
from edge_sched_ros.perception.programs import rehearse as rehearsal
from edge_sched_ros.perception.programs.registry import make_own_program

MODULES = {
    'wrong_syntax': 'def of(:\n',
    'raises': 'raise RuntimeError("no camera\\n  here")',
    'exits': 'import sys\nsys.exit(3)',
    'wants': 'import nothing_so_named',
    'lazy': 'def __getattr__(name):\n    raise KeyError(name)',
    'makes': (
        'class Bare:\n    decode = run = reset = close = lambda *a: 0\n'
        'class Wants(Bare):\n    def __init__(self, one, two, three, four): pass\n'
        'class Raises(Bare):\n    def __init__(self, *a, **k): raise OSError(5, "broken")\n'
        'class Odd(Bare):\n    ranges = {"a": 3}\n    numbers = [1]\n'
        'class Unlike(Bare):\n    ranges = {"a": (1, 2)}\n    defaults = {"a": 3}\n'
        '    numbers = {"a": 3}\n'
        'class Stageless(Bare):\n    stages = ()\n    stateful = False\n    output = "none"\n'
    ),
}


@pytest.fixture(autouse=True)
def modules(tmp_path, monkeypatch):
    for name, text in MODULES.items():
        Path(tmp_path, f'own_{name}.py').write_text(text, encoding='utf-8')
    monkeypatch.syspath_prepend(str(tmp_path))


def _network(decoder: str) -> NetworkSpec:
    return NetworkSpec(
        name='net',
        source=Path('net.yaml'),
        file=Path('net.onnx'),
        input=InputSpec(width=8, height=8),
        decoder=decoder,
    )


WRONG = [
    ('own_wrong_syntax:C', r'own_wrong_syntax: cannot be imported: SyntaxError: .*line 1'),
    ('own_raises:C', r'own_raises: cannot be imported: RuntimeError: no camera here$'),
    ('own_exits:C', r'own_exits: cannot be imported: SystemExit: 3$'),
    (
        'own_wants:C',
        r"own_wants: cannot be imported: ModuleNotFoundError: No module named 'nothing",
    ),
    ('own_lazy:C', r'own_lazy: cannot be imported: KeyError: '),
    ('..x:y', r"'\.\.x:y' is not of the form package\.module:Class$"),
    (
        'own_makes:Rases',
        r"own_makes: has no 'Rases'; did you mean 'Raises'\? \(its classes: Bare, ",
    ),
    (
        'own_makes:__name__',
        r'own_makes:__name__ is not a class but of type str: it must be a class and ',
    ),
    ('os:PathLike', r'os:PathLike has no .*: it must derive from edge_sched_ros\.'),
]
UNMADE = [
    ('own_makes:Raises', r"'own_makes:Raises' cannot be made: OSError: .*broken"),
    ('own_makes:Wants', r"'own_makes:Wants' cannot be made: TypeError: "),
]


@pytest.mark.parametrize(
    ('name', 'problem'),
    [*WRONG, *UNMADE, ('own_makes:Bare', r"'own_makes:Bare' ")],
)
def test_what_is_wrong_with_an_own_decoder_is_one_line(name, problem):
    with pytest.raises(ConfigError, match=rf'^net\.yaml: decoder: {problem}'):
        make_decoder(_network(name), (), {})


@pytest.mark.parametrize(
    ('name', 'problem'),
    [
        *WRONG,
        *UNMADE,
        ('own_makes:Bare', r"'own_makes:Bare' has no stages, stateful, output"),
        ('own_makes:Stageless', r"'own_makes:Stageless' must have a tuple of different names as"),
    ],
)
def test_what_is_wrong_with_an_own_program_is_one_line(name, problem):
    with pytest.raises(ConfigError, match=rf'^mine\.program: {problem}'):
        make_own_program(name, 'mine', {})


def test_own_code_need_not_have_numbers():
    name = 'own_makes:Bare'
    assert numbers_of_network(_network(name)) == {}
    assert numbers_of_program(name, 'mine.program') == {}


@pytest.mark.parametrize(
    ('name', 'problem'),
    [
        *WRONG,
        ('own_makes:Odd', 'has a declaration that cannot be read: TypeError'),
        ('own_makes:Unlike', "has the number 'a', which is not a Number but 3"),
    ],
)
def test_numbers_that_are_none_are_told(name, problem):
    with pytest.raises(ConfigError, match=rf'^mine\.program: .*{problem.lstrip("^")}'):
        numbers_of_program(name, 'mine.program')


@pytest.mark.parametrize(
    ('name', 'problem'),
    [
        *WRONG,
        ('own_makes:Odd', 'has a declaration that cannot be read: TypeError'),
        ('own_makes:Unlike', "has the number 'a', whose default must be from 1 to 2, not 3"),
    ],
)
def test_ranges_that_are_none_are_told(name, problem):
    with pytest.raises(ConfigError, match=rf'^net\.yaml: decoder: .*{problem}'):
        numbers_of_network(_network(name))


def test_the_example_of_the_page_works(tmp_path):
    pytest.importorskip('markdown_it', reason='pages are read with markdown-it-py')
    from pages import blocks

    (page,) = [block for block in blocks('docs/plugins.md') if 'SixColumns(' in block.text]
    (tmp_path / 'my_code.py').write_text(page.text, encoding='utf-8')
    spec = _network('my_code:SixColumns')
    assert numbers_of_network(spec)['score_threshold'].default == 0.3
    with pytest.raises(ConfigError, match='decoder: my_code:SixColumns needs one output 1xNx6'):
        make_decoder(spec, (TensorInfo('out', (1, 9, 7), 'float32'),), {})
    decoder = make_decoder(spec, (TensorInfo('out', (1, 9, 6), 'float32'),), {})
    rows = np.array([[[1, 2, 5, 6, 0.9, 3], [1, 2, 5, 6, 0.1, 3]]], np.float32)
    found = decoder.decode([rows], fit(spec.input, 16, 16))
    assert found.boxes_xyxy.tolist() == [[2, 4, 10, 12]]
    assert found.class_ids.tolist() == [3]
    assert numbers_of_program('my_code:Bumps', 'mine.program')['limit'].greatest == 100
    program = make_own_program('my_code:Bumps', 'mine', {'limit': 3.0})
    for value in (2.5, 3.5):
        message = SimpleNamespace(data=value)
        program.run('count', JobContext(0, 'mine', Frame('imu', 0, 0, '', message=message)))
    assert program.bumps == 1
    depth = np.array([[4.0, np.nan], [2.5, 3.0]], np.float32)
    rows = np.pad(depth.view(np.uint8), ((0, 0), (0, 8)))
    image = SimpleNamespace(width=2, height=2, step=16, data=rows.tobytes())
    context = JobContext(0, 'near', Frame('depth', 0, 0, '', message=image))
    assert make_own_program('my_code:Nearest', 'near', {}).run('nearest', context) == 1
    assert context.result == 2.5


def test_a_decoder_that_hangs_in_the_trial_run_is_refused_in_time(monkeypatch):
    monkeypatch.setattr(rehearsal, 'MAKING_S', 0.05)
    gate = threading.Event()
    variant = SimpleNamespace(stages=('postprocess',), decoder=object())
    program = SimpleNamespace(
        variants=SimpleNamespace(of=lambda _: variant), run=lambda *_: gate.wait(TIMEOUT_S)
    )
    problem = r"^net.yaml: decoder: 'mine:Own': its trial run did not return within 0.05 s$"
    try:
        with pytest.raises(ConfigError, match=problem):
            rehearsal.rehearse(_network('mine:Own'), program)
    finally:
        gate.set()
