# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Copies the pages into a folder as Sphinx needs them, with the reference beside them.

Lines keep their numbers, so that Sphinx names the line of the page in a warning.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from dev.docs.figures import check_figures
from dev.docs.order import LANDING
from dev.docs.order import ORDER
from dev.docs.printed import check_prints
from dev.docs.reference import reference_pages

CHECKOUT = Path(__file__).resolve().parents[2]
_SETTINGS = """import runpy

# beside the pages for rosdoc2, which looks for it there
found = runpy.run_path({path!r})
globals().update({{name: value for name, value in found.items() if not name.startswith('_')}})
"""
_LINK = re.compile(r'(?<=\]\()(?![a-z]+:|#)([^)#\s]+)')
_ANCHOR = re.compile(r'^<a (?:id|name)="([^"]+)"></a>$', re.M)


def write_sources(folder: Path) -> None:
    """
    Write the sources of the site; the folder is emptied first.

    :raises OSError: for a page of the order that cannot be read
    :raises ValueError: for a link to what is not in the checkout, or a figure or a
        table that is not what its file says; page and line are named
    """
    shutil.rmtree(folder, ignore_errors=True)
    for page, text in reference_pages().items():
        _write(folder / page, text)
    for page in (LANDING, *(page for pages in ORDER.values() for page in pages)):
        if not page.startswith('reference/'):
            _write_page(page, folder)
    _write(folder / 'conf.py', _SETTINGS.format(path=str(CHECKOUT / 'dev' / 'docs' / 'conf.py')))
    index = folder / _place(LANDING)
    _write(index, index.read_text('utf-8') + _toctrees())


def _write_page(page: str, folder: Path) -> None:
    source = CHECKOUT / page
    text = source.read_text('utf-8')
    if source.suffix == '.md':
        data = CHECKOUT / 'docs' / 'results' / 'data'
        check_figures(page, text, data)
        check_prints(page, text, data)
        text = _ANCHOR.sub(r'(\1)=', text)
        text = _LINK.sub(lambda link: _followed(page, text, link, folder), text)
    _write(folder / _place(page), text)


def _followed(page: str, text: str, link: re.Match[str], folder: Path) -> str:
    """Return where a link leads in the site, and copy what is no page; of a folder its README."""
    here = (CHECKOUT / page).parent
    target = (here / link[1]).resolve()
    if target.is_dir() and (target / 'README.md').is_file():
        target /= 'README.md'
    if not target.exists() or not target.is_relative_to(CHECKOUT):
        line = text.count('\n', 0, link.start()) + 1
        raise ValueError(f'{page}:{line}: {link[1]} is not in the checkout')
    name = str(target.relative_to(CHECKOUT))
    if target.is_dir():
        return _listing(name, folder, here)
    if not _is_page(name):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(target, folder / name)
    return os.path.relpath(CHECKOUT / _place(name), here)


def _listing(name: str, folder: Path, here: Path) -> str:
    """Write a file that lists the files of a folder, for a link to the folder."""
    files = sorted(one.name for one in (CHECKOUT / name).iterdir() if one.is_file())
    _write(folder / name / 'files.txt', ''.join(f'{name}/{one}\n' for one in files))
    return os.path.relpath(CHECKOUT / name / 'files.txt', here)


def _is_page(name: str) -> bool:
    return name == LANDING or any(name in pages for pages in ORDER.values())


def _place(page: str) -> str:
    return 'index.md' if page == LANDING else page


def _toctrees() -> str:
    return ''.join(
        f'\n```{{toctree}}\n:hidden:\n:caption: {section}\n\n'
        + ''.join(f'/{page}\n' for page in pages)
        + '```\n'
        for section, pages in ORDER.items()
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding='utf-8')
