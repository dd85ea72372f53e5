"""`rejected*.py` are for checkers alone: every line of them is wrong."""

from __future__ import annotations

collect_ignore_glob = ["rejected*.py"]
