"""Contractions as products of matrices: right for every order of axes, without copies where BLAS can do without."""

from __future__ import annotations

from math import prod
from typing import Any

from hypothesis import assume, given, settings, strategies as st
import numpy as np
import pytest

from tapegrad._rules.einsum import contract
from tapegrad._rules.matricizing import planned
from tests.untyped import compile, grad, plain, vjp

KINDS = {"stack": "xyo", "inner": "xy", "left": "xo", "right": "yo"}


@st.composite
def contractions(draw: st.DrawFn) -> tuple[str, list[tuple[int, ...]]]:
    """Subscripts, and the shapes of the two arrays."""
    names = draw(st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.integers(0, 3)), max_size=6))
    lengths = {chr(65 + i): length for i, (_, length) in enumerate(names)}
    axes = {
        where: "".join(
            draw(st.permutations([chr(65 + i) for i, (kind, _) in enumerate(names) if where in KINDS[kind]]))
        )
        for where in "xyo"
    }
    shapes = [tuple([lengths[name] for name in axes[where]]) for where in "xy"]
    return f"{axes['x']},{axes['y']}->{axes['o']}", shapes


@settings(max_examples=400, deadline=None)
@given(contractions(), st.sampled_from([np.float64, np.complex128, np.int64]))
def test_every_order_of_axes(contraction: tuple[str, list[tuple[int, ...]]], dtype: Any) -> None:
    subscripts, shapes = contraction
    assume(all(shapes))
    x, y = ((np.arange(prod(shape)).reshape(shape) % 7 - 3).astype(dtype) for shape in shapes)
    wanted = np.einsum(subscripts, x, y)[()]
    for one, other in ((x, y), (np.asfortranarray(x), np.flip(y)[(slice(None, None, -1),) * y.ndim])):
        np.testing.assert_array_equal(contract(one, other, subscripts), wanted, strict=True)
    np.testing.assert_array_equal(compile(lambda x, y: contract(x, y, subscripts) + 0)(x, y), wanted, strict=True)


@pytest.mark.parametrize(
    "subscripts",
    ["AB,BC->AC", "BA,BC->AC", "AB,CB->AC", "AB,BC->CA", "AB,CDEB->CDEA", "ACDE,CDEB->AB", "SAB,SCB->SAC", "AB,AB->"],
)
def test_nothing_is_copied(subscripts: str) -> None:
    arrays = subscripts.split("->")[0].split(",")
    plan = planned(subscripts, *[tuple(range(2, 2 + len(names))) for names in arrays])
    assert plan is not None
    assert not plan.order
    assert not plan.x.copied + plan.y.copied


@pytest.mark.parametrize("qubit", range(4))
@pytest.mark.parametrize("spelling", ["tensordot", "einsum"])
def test_a_gate(qubit: int, spelling: str) -> None:
    """As it is applied to one axis of a state: by no call but NumPy's own."""
    named = "abcd".replace("abcd"[qubit], "z")

    def f(gate: Any, state: Any) -> Any:
        if spelling == "einsum":
            return np.einsum(f"{'abcd'[qubit]}z,{named}->abcd", gate, state)
        return np.moveaxis(np.tensordot(gate, state, axes=((1,), (qubit,))), 0, qubit)

    rng = np.random.default_rng(qubit)
    gate, state = rng.normal(size=(2, 2)) + 1j, rng.normal(size=(2, 3, 2, 2)) * (1 - 2j)
    state = np.moveaxis(state, 1, (qubit + 1) % 4)

    def slopes(gate: Any, state: Any) -> Any:
        out, pull = vjp(f, gate, state)
        return out, *pull(out)

    compiled = compile(slopes)
    for found, wanted in zip(compiled(gate, state), slopes(gate, state), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-14)
    assert "contract(" not in compiled.source(gate, state)


def test_a_rotation_is_one_stack_of_numbers() -> None:
    def f(angle: Any, x: Any) -> Any:
        c, s = np.cos(angle), np.sin(angle)
        return np.stack([np.stack([c, -s]), np.stack([s, c])]) @ x

    x, angle = np.array([3.0, -0.0]), np.float64(0.3)
    compiled = compile(f)
    np.testing.assert_array_equal(compiled(angle, x), f(angle, x))
    assert compiled.source(angle, x).count("stack") == 0
    assert [eq.primitive.name for eq in compiled.program(angle, x).equations].count("stack") == 1
    slope = compile(grad(lambda angle: plain.sum(f(angle, x) ** 3)))
    np.testing.assert_allclose(slope(angle), grad(lambda angle: plain.sum(f(angle, x) ** 3))(angle), rtol=1e-14)


def test_stacks_of_several_dtypes() -> None:
    def f(a: Any, b: Any, z: Any) -> Any:
        return np.stack([np.stack([a, z]), np.stack([z, b])]), np.stack([np.stack([a, a]), np.stack([b, z])])

    args = np.float32(0.1), np.float64(0.1), np.complex128(1 - 0j)
    for found, wanted in zip(compile(f)(*args), f(*args), strict=True):
        np.testing.assert_array_equal(found, wanted, strict=True)
