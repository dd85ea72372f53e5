"""What the tests of `tapegrad.extend` declare is gone after each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tapegrad._core.tables import CALLS, FUNCTIONS, UFUNCS
from tapegrad._rules.kinds import PRIMITIVES
import tapegrad.scipy.special as _  # noqa: F401  (its rules are there from the start, and so stay)


@pytest.fixture(autouse=True)
def tables_as_they_were(request: pytest.FixtureRequest) -> Iterator[None]:
    """Of the declarations that an example makes, none reaches another test."""
    tables: list[dict[Any, Any]] = [UFUNCS, CALLS, FUNCTIONS, PRIMITIVES] if "extend" in request.node.nodeid else []
    before = [dict(table) for table in tables]
    yield
    for table, entries in zip(tables, before, strict=True):
        table.clear()
        table.update(entries)
