"""Nesting as a table, over functions of arrays: tensors of derivatives of any order, against closed forms."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray
import pytest

from tests.test_nesting_table import Map, unseen, with_custom_jvp
from tests.untyped import (
    checkpoint,
    custom_vjp,
    grad,
    hessian,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    linearize,
    plain,
    scan,
    vjp,
    vmap,
)

F8: TypeAlias = NDArray[np.float64]


@attrs.frozen
class Known:
    """A scalar function of an array, a point, and the tensor of its derivatives of order n there."""

    f: Map
    at: F8
    tensor: Callable[[int], F8]
    highest: int
    """The highest order that `tensor` knows."""


DIRECTIONS = np.array([[0.5, -0.3, 0.8], [0.1, 0.9, -0.4], [-0.7, 0.2, 0.6], [0.3, 0.3, 0.3]])
POINT = np.array([0.4, -0.2, 0.7])


def _ridges(v: Any) -> Any:
    """sin, exp, a square and a cube of one linear form each."""
    a, b, c, d = DIRECTIONS @ v
    return np.sin(a) + 0.5 * np.exp(b) + c * c - 2.0 * d**3


def _of_ridges(n: int) -> F8:
    a, b, c, d = DIRECTIONS @ POINT
    slopes = [
        np.sin(a + n * np.pi / 2),
        0.5 * np.exp(b),
        [c * c, 2 * c, 2.0, 0.0, 0.0, 0.0, 0.0][n],
        -2.0 * [d**3, 3 * d**2, 6 * d, 6.0, 0.0, 0.0, 0.0][n],
    ]
    total = np.zeros((3,) * n)
    for slope, direction in zip(slopes, DIRECTIONS, strict=True):
        power = np.array(slope)
        for _ in range(n):
            power = np.multiply.outer(power, direction)
        total = total + power
    return total


MATRIX = np.array([[1.3, 0.2], [-0.4, 0.9]])


def _of_log_determinant(n: int) -> F8:
    """From d log det X = tr(inv(X) dX) and d inv(X) = -inv(X) dX inv(X)."""
    inverse: F8 = np.linalg.inv(MATRIX)
    tensors: list[F8] = [
        np.array(np.linalg.slogdet(MATRIX)[1]),
        inverse.T,
        -np.einsum("jk,li->ijkl", inverse, inverse),
        np.einsum("jm,nk,li->ijklmn", *[inverse] * 3) + np.einsum("jk,lm,ni->ijklmn", *[inverse] * 3),
    ]
    return tensors[n]


KNOWN = {
    "ridges": Known(_ridges, POINT, _of_ridges, 6),
    "logdet": Known(lambda x: plain.linalg.slogdet(x)[1], MATRIX, _of_log_determinant, 3),
    "logdet by solve": Known(
        lambda x: plain.linalg.slogdet(plain.linalg.inv(plain.linalg.solve(x, np.eye(2))))[1],
        MATRIX,
        _of_log_determinant,
        3,
    ),
    "a product": Known(
        lambda x: plain.prod(x),
        np.array([2.0, -0.5]),
        lambda n: [np.array(-1.0), np.array([-0.5, 2.0]), np.array([[0.0, 1.0], [1.0, 0.0]]), np.zeros((2, 2, 2))][n],
        3,
    ),
}

# --- transforms, as maps of functions of an array; a derivative adds the axes of the argument at the end -------------


def basis(shape: tuple[int, ...]) -> F8:
    size = int(np.prod(shape))
    return np.eye(size).reshape(size, *shape)


def columns(push: Map, x: Any) -> Any:
    """All directions through a linear map in one batch."""
    return plain.moveaxis(vmap(push)(basis(x.shape)), 0, -1)


def at_shape(entries: Any, out: Any, x: Any) -> Any:
    return entries.reshape(np.shape(out) + x.shape)


def by_jvp(f: Map) -> Map:
    return lambda x: at_shape(columns(lambda dx: jvp(f, (x,), (dx,))[1], x), f(x), x)


def by_linearize(f: Map) -> Map:
    def derivative(x: Any) -> Any:
        out, linear = linearize(f, x)
        return at_shape(columns(linear, x), out, x)

    return derivative


def by_vjp(f: Map) -> Map:
    def derivative(x: Any) -> Any:
        out, pull = vjp(f, x)
        return at_shape(vmap(pull)(basis(np.shape(out)))[0], out, x)

    return derivative


def by_grad(f: Map) -> Map:
    """The gradients of all entries, each of which is computed alone."""

    def derivative(x: Any) -> Any:
        shape = np.shape(vmap(f)(np.stack([x]))[0])
        return vmap(lambda entry: grad(lambda x: np.sum(f(x) * entry))(x))(basis(shape)).reshape(shape + x.shape)

    return derivative


def in_vmap(f: Map) -> Map:
    return lambda x: vmap(f, in_axes=1)(np.stack([x + 0.1, x], axis=1))[1]


def with_custom_vjp(f: Map) -> Map:
    rule = custom_vjp(lambda x: (f(x), x), lambda x, ct: vjp(f, x)[1](ct))
    return lambda x: rule(unseen(f))(x)


def in_scan(f: Map) -> Map:
    def step(x: Any, share: Any) -> Any:
        return x, share * f(x)

    return lambda x: scan(step, x, np.array([0.5, 0.3, 0.2]))[1].sum(axis=0)


TRANSFORMS: dict[str, tuple[int, Callable[[Map], Map]]] = {
    "grad": (1, by_grad),
    "jvp": (1, by_jvp),
    "vjp": (1, by_vjp),
    "vmap": (0, in_vmap),
    "jacfwd": (1, jacfwd),
    "jacrev": (1, jacrev),
    "jacobian": (1, lambda f: jacobian(f, chunk_size=2)),
    "hessian": (2, hessian),
    "linearize": (1, by_linearize),
    "checkpoint": (0, checkpoint),
    "custom_vjp": (0, with_custom_vjp),
    "custom_jvp": (0, with_custom_jvp),
    "scan": (0, in_scan),
}
SCALAR = {"hessian"}
"""What differentiates scalar functions only."""


def fits(word: tuple[str, ...], known: Known) -> bool:
    """Whether the order is known, and each function in between has outputs that the next transform takes."""
    order = 0
    for name in reversed(word):
        if name in SCALAR and order:
            return False
        order += TRANSFORMS[name][0]
    return order <= known.highest


def check_word(word: tuple[str, ...], known: Known) -> None:
    """The outermost transform comes first."""
    f, order = known.f, 0
    for name in reversed(word):
        shift, transform = TRANSFORMS[name]
        f, order = transform(f), order + shift
    found, wanted = f(known.at), known.tensor(order)
    assert np.shape(found) == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-11, err_msg=" of ".join(word))


@pytest.mark.parametrize(("name", "function"), list(product(TRANSFORMS, KNOWN)))
def test_one(name: str, function: str) -> None:
    check_word((name,), KNOWN[function])


@pytest.mark.parametrize(("outer", "function"), list(product(TRANSFORMS, KNOWN)))
def test_pairs(outer: str, function: str) -> None:
    words = [(outer, inner) for inner in TRANSFORMS if fits((outer, inner), KNOWN[function])]
    for word in words:
        check_word(word, KNOWN[function])


@pytest.mark.parametrize("outer", TRANSFORMS)
def test_triples(outer: str) -> None:
    """Every third word, each over one of the functions in turn."""
    functions = list(KNOWN.values())
    for i, pair in enumerate(product(TRANSFORMS, repeat=2)):
        known = functions[i // 3 % len(functions)]
        if not i % 3 and fits((outer, *pair), known):
            check_word((outer, *pair), known)
