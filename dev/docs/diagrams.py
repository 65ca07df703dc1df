# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Draws the diagrams of pages as SVG when the site is made, so that a reader needs no network."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

#: where there is no wheel of merman, as for arm64, the site shows the text of a diagram
_CAN_DRAW = find_spec('merman') is not None
#: the diagram has the colours of a light page
_FRAME = '<div style="background: white; overflow-x: auto">{}</div>'


class Diagram(SphinxDirective):
    """The directive ``mermaid``, for blocks of pages that are Mermaid on GitHub."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the picture; a diagram that cannot be drawn is a warning with page and line."""
        source = '\n'.join(self.content)
        if not _CAN_DRAW:
            return [nodes.literal_block(source, source)]
        import merman

        number = self.env.new_serialno('mermaid')
        options = {'svg': {'pipeline': 'resvg-safe', 'diagram_id': f'diagram-{number}'}}
        try:
            svg = merman.Merman().render_svg(source, json.dumps(options))
        except merman.MermanError as error:
            return [self.state_machine.reporter.warning(f'mermaid: {error}', line=self.lineno)]
        return [nodes.raw('', _FRAME.format(svg), format='html')]


def setup(app: Any) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive('mermaid', Diagram)
    return {'parallel_read_safe': True}
