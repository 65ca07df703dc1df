#!/usr/bin/env bash
# Everything that reads the code without running it. Runs in the environment: make lint.
set -euo pipefail
cd "$(dirname "$0")/.."
ruff check .
ruff format --check .
mypy
# the rooms and which may import which: see pyproject.toml
PYTHONPATH=. PYTHONSAFEPATH= lint-imports --no-cache
