# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Everything the pages show works as it stands there: commands, output, files, links."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import pytest

pytest.importorskip('markdown_it', reason='pages are read with markdown-it-py')

from pages import anchors
from pages import Block
from pages import blocks
from pages import CHECKOUT
from pages import links
from pages import pages
from typing_pages import check
from typing_pages import check_harmless
from typing_pages import commands
from typing_pages import like_the_checkout
from typing_pages import matches
from typing_pages import type_in

PAGES = pages()
BLOCKS = {page: blocks(page) for page in PAGES}
NOT_TYPED = 'not typed here'
_MERMAID = 'mermaid'


def _capacity(path: Path) -> Any:
    from edge_sched_ros.capacity.cluster import load_cluster

    return load_cluster(path)


def _changes(path: Path) -> Any:
    """Read what happens to a fleet of the package, of which the page shows no more than that."""
    from edge_sched_ros.simulation.fleet.limits import check_fleet
    from edge_sched_ros.simulation.fleet.system import FleetSystem
    from edge_sched_ros.system.loading import load_system

    changes = load_system(path).changes
    assert changes, f'{path.name} has no changes'
    fleet = load_system('fleet_robot_desk').model_copy(update={'changes': changes})
    check_fleet(FleetSystem(fleet), 10.0)


def _network(path: Path) -> Any:
    from edge_sched_ros.execution.network import load_network

    for name in re.findall(r'[\w./]+\.onnx', path.read_text()):
        (path.parent / name).touch()
    return load_network(path)


def _parameters(path: Path) -> Any:
    from edge_sched_ros.pipeline.settings.config import from_file

    return from_file(path)


def _plan(path: Path) -> Any:
    from edge_sched_ros.planning.from_file import problem_of
    from edge_sched_ros.system.loading import load_system

    return problem_of(load_system(path))


def _platform(path: Path) -> Any:
    from edge_sched_ros.system.loading import load_platform

    return load_platform(str(path))


def _system(path: Path) -> Any:
    from edge_sched_ros.system.loading import load_system

    return load_system(path).all_devices()


READERS: dict[str, Callable[[Path], Any]] = {
    'capacity': _capacity,
    'changes': _changes,
    'network': _network,
    'parameters': _parameters,
    'plan': _plan,
    'platform': _platform,
    'system': _system,
}


def _typed(page: str) -> list[Block]:
    return [b for b in BLOCKS[page] if NOT_TYPED not in b.notes and b.kind != _MERMAID]


@pytest.mark.parametrize('page', [page for page in PAGES if _typed(page)])
def test_a_page_works_as_it_stands(page: str, tmp_path: Path) -> None:
    if which('edge-sched', path=str(Path(sys.executable).parent)) is None:
        pytest.skip('the command edge-sched is not installed here')
    like_the_checkout(tmp_path)
    for block in _typed(page):
        _HANDLERS[block.kind](block, tmp_path)


def _type(block: Block, folder: Path) -> None:
    check_harmless(block)
    for command in commands(block):
        check(block.where, command, type_in(folder, command.text))


def _run_python(block: Block, folder: Path) -> None:
    path = folder / (block.file or 'example.py')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, encoding='utf-8')
    done = type_in(folder, f'python {path.relative_to(folder)}')
    assert done.returncode == 0, f'{block.where}:\n{done.stderr}'


def _write_file(block: Block, folder: Path) -> None:
    path = folder / block.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, encoding='utf-8')
    if 'read as' in block.notes:
        READERS[block.notes['read as']](path)


_HANDLERS: dict[str, Callable[[Block, Path], None]] = {
    'bash': _type,
    'console': _type,
    'json': _write_file,
    'python': _run_python,
    'toml': _write_file,
    'yaml': _write_file,
}


@pytest.mark.parametrize('page', PAGES)
def test_no_block_escapes(page: str) -> None:
    typed = '\n'.join(b.text for b in _typed(page) if b.kind in ('bash', 'console'))
    for block in _typed(page):
        assert block.kind in _HANDLERS, (
            f'{block.where}: nothing is known of a block {block.kind!r}: name its language, '
            f'or say <!-- {NOT_TYPED}: REASON -->'
        )
        if block.kind in ('bash', 'console'):
            check_harmless(block)
        if block.kind in ('yaml', 'json'):
            assert block.file, f'{block.where}: which file is this? <!-- file: NAME -->'
            used = re.search(rf'(?<![\w/]){re.escape(block.file)}\b', typed)
            assert used or block.notes.get('read as') in READERS, (
                f'{block.where}: no command reads {block.file}, and no <!-- read as: KIND --> '
                f'does ({", ".join(READERS)})'
            )


@pytest.mark.parametrize(
    'block',
    [
        pytest.param(block, id=block.where)
        for found in BLOCKS.values()
        for block in found
        if NOT_TYPED in block.notes
    ],
)
def test_a_block_that_is_not_typed(block: Block) -> None:
    pytest.skip(f'{block.where}: {block.notes[NOT_TYPED]}')


@pytest.mark.parametrize('page', PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for link in links(page):
        if re.match(r'[a-z]+:', link):
            continue
        path, _, anchor = link.partition('#')
        target = CHECKOUT / page if not path else (CHECKOUT / page).parent / path
        assert target.exists(), f'{page}: {link}'
        assert target.resolve().is_relative_to(CHECKOUT.resolve()), f'{page}: {link}'
        if anchor:
            assert anchor in anchors(target), f'{page}: {link}'


@pytest.mark.parametrize('page', PAGES)
def test_benchmarks_are_named_with_the_environment_they_need(page: str) -> None:
    text = ' '.join((CHECKOUT / page).read_text('utf-8').split())
    for found in re.finditer(r'(dev/env\.sh )?python (benchmarks/[\w/]+(?:\.py)?)', text):
        assert found[1], f'{page}: {found[0]}: dev/env.sh is missing'
        assert (CHECKOUT / found[2]).exists(), f'{page}: {found[0]}'


@pytest.mark.parametrize(
    ('shown', 'printed', 'same'),
    [
        (['a ... c', '...', 'z'], 'a b c\nx\n\ny  \nz\n', True),
        (['a ... c', '...', 'z'], 'a b c\nz\n', True),
        (['a'], 'a\nb\n', False),
        (['a 1.0'], 'a 1x0\n', False),
        (['...', 'b'], 'a\nb\nc\n', False),
        (['a ... c'], 'a b\nc\n', False),
    ],
)
def test_what_counts_as_shown(shown: list[str], printed: str, same: bool) -> None:
    assert matches(shown, printed) is same
