"""`rejected.py` is for checkers alone: every line of it is wrong."""

from __future__ import annotations

collect_ignore = ["rejected.py"]
