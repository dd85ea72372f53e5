"""No rule misses a dependence: every row, and its pullback, against its own derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
import pytest

from tapegrad._sparse.level import dependences
from tapegrad._tree import flatten
from tests.rules.laws import on_leaves
from tests.rules.row import Row
from tests.rules.rows import ROWS
from tests.untyped import jvp, plain, vjp, vmap


def on_a_vector(row: Row) -> tuple[Callable[[Any], Any], NDArray[np.float64]]:
    """The row's function as one of real vectors, and where it is looked at."""
    f, leaves = on_leaves(row)
    xs: list[Any] = [np.asarray(leaf) for leaf in leaves]
    parts: list[Any] = [part.ravel() for x in xs for part in ((x.real, x.imag) if x.dtype.kind == "c" else (x,))]

    def flat(v: Any) -> Any:
        pieces: Any = iter(plain.split(v, np.cumsum([part.size for part in parts])[:-1]))
        args: list[Any] = [(next(pieces) + 1j * next(pieces) if x.dtype.kind == "c" else next(pieces)) for x in xs]
        outs = flatten(f(*(np.reshape(arg, x.shape) for arg, x in zip(args, xs, strict=True))))[0]
        return plain.concatenate([np.reshape(part, -1) for out in outs for part in (np.real(out), np.imag(out))])

    return flat, plain.concatenate([np.empty(0), *parts]).astype(float)


def missed(f: Callable[[Any], Any], x: NDArray[np.float64], *, batch: bool) -> int:
    """How many entries of the Jacobian, beyond rounding, the pattern lacks."""

    def pushed(v: Any) -> Any:
        return jvp(f, (x,), (v,))[1]

    basis = np.eye(x.size)
    with np.errstate(all="ignore"):
        out, pattern = dependences(f, x)
        columns = vmap(pushed)(basis) if batch else np.stack([pushed(v) for v in basis])
    largest = np.max(np.abs(columns[np.isfinite(columns)]), initial=0)
    nonzero = ~(np.abs(columns.T) <= 1e-13 * largest)
    found = np.zeros((np.size(out), x.size), bool)
    if pattern is not None:
        found[pattern.pairs] = True
    return int(np.count_nonzero(nonzero & ~found))


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_no_dependence_is_missed(row: Row) -> None:
    f, x = on_a_vector(row)
    if not x.size:
        return
    assert not missed(f, x, batch=row.batch)
    if row.order >= 2:
        weights = np.random.default_rng(1).normal(size=np.shape(f(x)))
        assert not missed(lambda v: vjp(f, v)[1](weights)[0], x, batch=row.batch)
