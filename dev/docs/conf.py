# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How Sphinx makes the site: ``make docs``."""

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

# for the extension beside this file
sys.path.append(str(Path(__file__).parent))

project = 'edge_sched_ros'
copyright = '2026, The edge_sched_ros authors'
author = 'The edge_sched_ros authors'
release = ET.parse(Path(__file__).parents[2] / 'package.xml').getroot().findtext('version')

extensions = ['myst_parser', 'diagrams']
myst_heading_anchors = 6
myst_fence_as_directive = ['mermaid']
suppress_warnings = [
    # pages show parts of files, which no lexer takes for whole
    'misc.highlighting_failure',
    # some begin with headings of the third level
    'myst.header',
]
exclude_patterns = ['**/files.txt']

html_theme = 'furo'
html_title = f'edge_sched_ros {release}'
html_show_sphinx = False
