"""The order of blocks in memory: where entries are small, a block's entries lie closest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tapegrad import using_config
from tapegrad._program.source import running
from tapegrad._tree import flatten
from tests.untyped import Function, compile, grad

RNG = np.random.default_rng(0)


def at(f: Function, *shapes: tuple[int, ...]) -> tuple[Function, list[Any]]:
    """A function, and some arguments."""
    return f, [RNG.normal(size=shape) for shape in shapes]


def distances(x: Any, centres: Any) -> Any:
    """Of all points from all centres."""
    return np.sum((x[:, None] - centres) ** 2, axis=-1)


def normalised(x: Any, y: Any) -> Any:
    return np.sum(x / np.sqrt(np.sum(x * x, axis=-1, keepdims=True)) * y)


def mixture(x: Any, means: Any) -> Any:
    inner = -distances(x, means)
    return np.sum(np.log(np.sum(np.exp(inner - np.max(inner, axis=1, keepdims=True)), axis=1)))


FORTRAN = {
    "distances": at(distances, (1100, 3), (50, 3)),
    "their gradient": at(grad(lambda x, c: np.sum(np.exp(-distances(x, c))), argnums=(0, 1)), (1100, 3), (50, 3)),
    "directions": at(grad(normalised, argnums=(0, 1)), (30_000, 3), (30_000, 3)),
    "a mixture": at(grad(mixture, argnums=(0, 1)), (1300, 10), (25, 10)),
    "totals": at(
        lambda x, c: (
            np.sum(np.exp(x[:, None] * c), axis=0),
            np.sum((x[:, None] + c) * np.sin(x[:, None] - c), axis=0),
        ),
        (1100, 3),
        (50, 3),
    ),
    "pixels": at(lambda x, w: np.maximum(x * w + 1.0, 0.0) * w, (4, 80, 90, 3), (3,)),
    "parts of entries": at(lambda x, w: np.sum((x * w)[:, 1:] * (x * w)[:, :-1] * w[1:], axis=1), (20_000, 5), (5,)),
}
PLAIN = {
    "cheap and whole": at(lambda x, c: x * c + 1.0, (20_000, 10), (20_000, 1)),
    "long rows": at(lambda x, b: np.tanh(x + b) * b, (600, 256), (256,)),
    "numbers": at(lambda x: np.sin(x) * x + 1.0, (100_000,)),
    "few large entries": at(lambda x, b: np.sum((x + b) * 2.0, axis=-1), (5, 30_000), (5, 1)),
}


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    ("order", "f", "inputs"),
    [("F", *each) for each in FORTRAN.values()] + [("C", *each) for each in PLAIN.values()],
    ids=[*FORTRAN, *PLAIN],
)
def test_results_are_the_same(order: str, f: Function, inputs: Sequence[Any], dtype: Any, transposed: bool) -> None:
    given = [np.asarray(x, dtype, order="F" if transposed else "C") for x in inputs]
    compiled = compile(f)
    for wanted, found in zip(flatten(f(*given))[0], flatten(compiled(*given))[0], strict=True):
        precision = 100 * np.finfo(dtype).eps
        np.testing.assert_allclose(found, wanted, rtol=precision, atol=precision * np.max(np.abs(wanted)))
        assert found.dtype == dtype
        assert transposed or found.flags.c_contiguous
    source = compiled.source(*given)
    assert "over_" in source
    assert ("order='F'" in source) == (order == "F")


def test_buffers_are_as_long_as_loops_while_blocks_run() -> None:
    sizes: list[int] = []

    def block(start: int, stop: int, buffers: Any) -> list[Any]:
        sizes.append(np.getbufsize())
        return []

    before = np.getbufsize()
    for threads in (1, 2):
        with using_config(threads=threads):
            running.over_blocks(block, 8, 1, (), loop=496)
    running.over_blocks(block, 1, 1, ())
    assert sizes == [496] * 16 + [before]
    assert np.getbufsize() == before
