"""Every law for every row; and every primitive, and every function that has a rule, in some row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tapegrad._core.tables import FUNCTIONS, UFUNCS
from tapegrad._rules.kinds import PRIMITIVES
from tapegrad._rules.operators import PYTHONS
from tests.rules.laws import LAWS, on_leaves, random_like
from tests.rules.row import Row
from tests.rules.rows import ROWS
from tests.rules.witness import Witness
from tests.untyped import jvp, vjp


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_law(law: str, row: Row) -> None:
    LAWS[law](row)


NOT_REACHED = {
    # NumPy never hands these a Variable of its own accord: only `like=` reaches them, and they make constants.
    *(np.empty, np.frombuffer, np.fromiter, np.fromstring, np.asanyarray, np.ascontiguousarray, np.asfortranarray),
    np.matmul,  # a ufunc: that protocol comes first
    *(np.array2string, np.array_repr, np.array_str),  # they show what there is
    # They raise, or ask for a dtype only: test_forms.
    *(np.copyto, np.common_type, np.min_scalar_type),
}

OF_INTEGERS = {"bitwise_count", "gcd", "lcm", "scipy.permutation", "left_shift", "right_shift", "turns"}
"""Primitives that no differentiated value reaches: integers are batched at most."""

OF_TRANSFORMS = {"python's number", "array", "damp both"}
"""Primitives that only a Program has, or only a second derivative: tests/test_compile.py, test_taylor.py."""


def test_every_rule_has_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run all rows, and their derivatives, under a level that looks on."""
    called = set[Any]()
    for function, front in FUNCTIONS.items():
        monkeypatch.setitem(FUNCTIONS, function, _noted(called, function, front))
    for key, front in UFUNCS.items():
        monkeypatch.setitem(UFUNCS, key, _noted(called, key, front))
    witness = Witness()
    for row in ROWS.values():
        f, xs = on_leaves(row)
        watched = [witness.watch(x if isinstance(x, np.ndarray) else np.float64(x)) for x in xs]
        cts = tuple(map(witness.watch, random_like(f(*xs))))
        f(*watched)
        vjp(f, *watched)[1](cts)
        jvp(f, tuple(watched), tuple(map(witness.watch, random_like(xs))))
    pythons = {primitive.name for primitive in PYTHONS.values()}  # the same rules, for Python's numbers
    primitives = sorted(set(PRIMITIVES) - witness.names - OF_INTEGERS - OF_TRANSFORMS - pythons)
    assert not primitives, f"primitives without a row: {primitives}"
    functions = sorted(function.__name__ for function in set(FUNCTIONS) - called - NOT_REACHED)
    assert not functions, f"functions without a row: {functions}"
    ufuncs = sorted({ufunc.__name__ for ufunc, method in set(UFUNCS) - called if method == "__call__"} - OF_INTEGERS)
    assert not ufuncs, f"ufuncs without a row: {ufuncs}"


def _noted(called: set[Any], key: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*args: Any, **keywords: Any) -> Any:
        called.add(key)
        return function(*args, **keywords)

    return noted
