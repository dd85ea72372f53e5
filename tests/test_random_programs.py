"""Random programs: shapes, dtypes, shared subexpressions, derivatives; compiled they give what they give eagerly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from hypothesis import HealthCheck, given, settings, strategies as st
import numpy as np

from tapegrad._program.checking import check
from tapegrad._program.passes.pipeline import PASSES
from tapegrad._tree import flatten
from tests.untyped import compile, grad, jvp, plain, trace, vmap

Plain: TypeAlias = Callable[..., Any]
UNARY: Sequence[Callable[[Any], Any]] = (
    np.sin,
    np.tanh,
    np.negative,
    np.square,
    lambda x: x**2,
    lambda x: x * 1.0,
    lambda x: x.T,
    lambda x: np.exp(-np.abs(x)),
    lambda x: 1.0 / (1.0 + x * x),
    lambda x: np.sum(x, axis=0),
    plain.mean,
    lambda x: np.reshape(x, -1),
    lambda x: x[..., 1:] if np.ndim(x) and np.shape(x)[-1] > 1 else x,
    lambda x: x[None],
    lambda x: np.where(x > 0, np.log1p(np.abs(x)), 0.0),
    lambda x: x.astype(np.float32),
)
BINARY: Sequence[Callable[[Any, Any], Any]] = (
    plain.add,
    lambda x, y: x - y,
    lambda x, y: x * y,
    plain.maximum,
    plain.hypot,
    lambda x, y: plain.where(x < y, x, y),
    lambda x, y: x / (1.5 + np.cos(y)),
    lambda x, y: np.concatenate([np.reshape(x, -1), np.reshape(y, -1)]),
)
SHAPES = ((), (1,), (3,), (2, 3), (3, 1), (1, 3), (2, 1, 3))
DTYPES = (np.float64, np.float64, np.float32)


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Which function is applied to which of the values so far: one of `UNARY`, then of `BINARY`."""
    count = draw(st.integers(1, 10))
    number = st.integers(0, 1_000)
    return [(draw(number), draw(number), draw(number)) for _ in range(count)]


def run(program: list[tuple[int, int, int]], *inputs: Any) -> Any:
    """The sum of what the last functions give."""
    values = list(inputs)
    for which, i, j in program:
        x, y = values[-1 - i % min(4, len(values))], values[j % len(values)]
        k = which % (len(UNARY) + len(BINARY))
        if k >= len(UNARY):
            function = BINARY[k - len(UNARY)]
            fits = function is BINARY[-1] or _broadcast(x, y)
            values.append(function(x, y) if fits else function(x, np.sum(y)))
        else:
            values.append(UNARY[k](x) if np.ndim(x) or k not in (6, 9, 11) else x)
    return sum(np.sum(value * 0.5) for value in values[-3:])


def _broadcast(x: Any, y: Any) -> bool:
    try:
        return len(np.broadcast_shapes(np.shape(x), np.shape(y))) < 5
    except ValueError:
        return False


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    program=steps(),
    shapes=st.lists(st.tuples(st.sampled_from(SHAPES), st.sampled_from(DTYPES)), min_size=1, max_size=3),
    seed=st.integers(0, 2**32 - 1),
)
def test_compiled_as_eager(
    program: list[tuple[int, int, int]], shapes: list[tuple[tuple[int, ...], Any]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    inputs = [rng.normal(size=shape).astype(dtype)[()] for shape, dtype in shapes]
    batch = [np.stack([x, x + 1]) for x in inputs]
    single = any(dtype is np.float32 for _, dtype in shapes) or any(k % 24 == 15 for k, _, _ in program)

    def f(*inputs: Any) -> Any:
        return run(program, *inputs)

    def along(f: Plain) -> Plain:
        def pushed(*x: Any) -> Any:
            return jvp(grad(f), x, tuple(map(np.ones_like, x)))[1]

        return pushed

    ways: dict[str, tuple[Callable[[Plain], Plain], list[Any]]] = {
        "value": (lambda f: f, inputs),
        "gradient": (lambda f: grad(f, argnums=list(range(len(inputs)))), inputs),
        "batch": (lambda f: vmap(grad(f, argnums=list(range(len(inputs))))), batch),
        "second": (along, inputs),
    }
    for way, args in ways.values():
        wanted = flatten(way(f)(*args))[0]
        for compiled in (compile(way(f)), way(compile(f))):
            for a, b in zip(flatten(compiled(*args))[0], wanted, strict=True):
                assert np.shape(a) == np.shape(b)
                assert np.result_type(a) == np.result_type(b)
                np.testing.assert_allclose(a, b, rtol=1e-4 if single else 1e-12, atol=1e-4 if single else 1e-12)
    traced = trace(f)(*inputs)
    wanted = traced.evaluate(inputs, _compute)
    for each in PASSES:
        traced = each(traced)
        check(traced)
        for a, b in zip(traced.evaluate(inputs, _compute), wanted, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6 if single else 1e-14)


def _compute(primitive: Any, *args: Any) -> Any:
    return primitive.compute(*args)
