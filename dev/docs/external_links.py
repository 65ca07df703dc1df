# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
``python dev/docs/external_links.py FILE``: reads what Sphinx's linkcheck found.

A link is dead when its server says so. A server that cannot be reached tells nothing of the link,
since the machine may have no network: such links are listed, and are no failure.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

_DEAD = re.compile(r'\b(404|410)\b')
_FINE = {'working', 'redirected', 'unchecked', 'ignored'}


def sorted_links(lines: list[str]) -> tuple[list[str], list[str], int]:
    """Return dead links and those that could not be asked for, and how many work."""
    dead, unknown, fine = [], [], 0
    for line in lines:
        link = json.loads(line)
        told = f'{link["filename"]}:{link["lineno"]}: {link["uri"]}: {link["info"]}'
        if link['status'] in _FINE:
            fine += link['status'] in ('working', 'redirected')
        elif link['status'] == 'broken' and _DEAD.search(link['info']):
            dead.append(told)
        else:
            unknown.append(told)
    return dead, unknown, fine


def main() -> None:
    """Print them; exit code 1 when there is a dead one."""
    if len(sys.argv) != 2:
        sys.exit('usage: python dev/docs/external_links.py FILE')
    dead, unknown, fine = sorted_links(Path(sys.argv[1]).read_text('utf-8').splitlines())
    print('\n'.join(f'dead: {one}' for one in dead))
    print('\n'.join(f'not reached: {one}' for one in unknown))
    print(
        f'{fine} links work, {len(dead)} are dead, {len(unknown)} could not be reached from here'
    )
    sys.exit(1 if dead else 0)


if __name__ == '__main__':
    main()
