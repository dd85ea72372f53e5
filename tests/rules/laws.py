"""The laws: each takes a row, and raises AssertionError where it does not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapegrad._tree import flatten, unflatten
from tapegrad.testing import check_grads
from tests.rules.row import Row
from tests.untyped import jvp, vjp, vmap

SIZE = 3
"""How many elements a batch has."""


def on_leaves(row: Row) -> tuple[Callable[..., tuple[Any, ...]], list[Any]]:
    """The function of the arguments' leaves that gives the output's leaves; and those arguments' leaves."""
    leaves, structure = flatten(row.args)

    def flat(*values: Any) -> tuple[Any, ...]:
        return tuple(flatten(row.f(*unflatten(structure, values)))[0])

    return flat, leaves


def random_like(values: Sequence[Any]) -> tuple[Any, ...]:
    """A cotangent for each output; for integers and booleans, which have none, zeros."""
    rng = np.random.default_rng(0)
    return tuple(_random(rng, np.asarray(value)) for value in values)


def _random(rng: np.random.Generator, like: NDArray[Any]) -> Any:
    value: NDArray[Any] = rng.normal(size=like.shape) + 1j * rng.normal(size=like.shape)
    if like.dtype.kind not in "fc":
        return np.zeros(like.shape)
    return np.asarray(value if like.dtype.kind == "c" else np.real(value)).astype(like.dtype)


def assert_same(actual: Any, wanted: Any, place: str, rtol: float = 1e-12) -> None:
    """The same shape and dtype, and the same numbers to rounding."""
    a, b = np.asarray(actual), np.asarray(wanted)
    assert a.shape == b.shape, f"{place}: shape {a.shape} instead of {b.shape}"
    assert a.dtype == b.dtype, f"{place}: dtype {a.dtype} instead of {b.dtype}"
    np.testing.assert_allclose(
        a, b, rtol=rtol, atol=rtol * (1 + float(np.max(np.abs(b[np.isfinite(b)]), initial=0))), err_msg=place
    )


def value_is_numpys(row: Row) -> None:
    """Differentiated or batched, a function gives what NumPy gives."""
    f, xs = on_leaves(row)
    plain = f(*xs)
    assert not any(hasattr(out, "primal") for out in plain), "plain arrays became Variables"
    outs, _ = vjp(f, *xs)
    for out, wanted in zip(outs, plain, strict=True):
        assert_same(out, wanted, "reverse")
    outs, tangents = jvp(f, tuple(xs), random_like(xs))
    for out, tangent, wanted in zip(outs, tangents, plain, strict=True):
        assert_same(out, wanted, "forward")
        assert np.shape(tangent) == np.shape(wanted), (
            f"tangent of shape {np.shape(tangent)} instead of {np.shape(wanted)}"
        )
        if np.asarray(wanted).dtype.kind in "fc":
            assert np.asarray(tangent).dtype == np.asarray(wanted).dtype, (
                f"tangent of dtype {np.asarray(tangent).dtype}"
            )
    structures = [flatten(out)[1] for out in (row.f(*row.args), vjp(row.f, *row.args)[0])]
    assert structures[0] == structures[1], f"{structures[1]} instead of {structures[0]}"


def derivatives_are_slopes(row: Row) -> None:
    """Differences, the adjoint identity, forward = reverse, at each order."""
    if row.order:
        check_grads(row.f, row.args, order=row.order)


def gradients_fit_arguments(row: Row) -> None:
    """A gradient has the type, shape and dtype of its argument, and memory of its own."""
    f, xs = on_leaves(row)
    outs, pull = vjp(f, *xs)
    cts = random_like(outs)
    gradients = pull(cts)
    for gradient, x in zip(gradients, xs, strict=True):
        if type(x) is np.ndarray:
            assert type(gradient) is np.ndarray
            assert gradient.flags.writeable
            assert gradient.flags.owndata
            assert not any(np.shares_memory(gradient, other) for other in (*xs, *outs, *cts))
        else:
            assert isinstance(gradient, (np.float64, np.complex128))
        assert np.shape(gradient) == np.shape(x)
        assert gradient.dtype == np.result_type(x, *() if isinstance(x, np.ndarray) else (np.float64,))
    arrays: list[Any] = [gradient for gradient in gradients if np.ndim(gradient) and np.size(gradient)]
    assert not any(np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i])


def single_precision_stays(row: Row) -> None:
    """float32 in, float32 out and back, close to what double precision gives."""
    f, xs = on_leaves(row)
    if not row.single or any(isinstance(x, (int, float, complex)) for x in xs):
        return
    low = [np.asarray(x).astype(np.complex64 if np.iscomplexobj(x) else np.float32) for x in xs]
    plain = f(*low)
    outs, pull = vjp(f, *low)
    cts = random_like(plain)
    for out, wanted in zip(outs, plain, strict=True):
        assert_same(out, wanted, "reverse", rtol=1e-5)
    for out, tangent, wanted in zip(*jvp(f, tuple(low), random_like(low)), plain, strict=True):
        assert_same(out, wanted, "forward", rtol=1e-5)
        assert np.asarray(wanted).dtype.kind not in "fc" or np.asarray(tangent).dtype == np.asarray(wanted).dtype
    high_outs, high_pull = vjp(f, *xs)
    high = high_pull(tuple(np.asarray(ct, np.asarray(out).dtype) for ct, out in zip(cts, high_outs, strict=True)))
    for gradient, x, wanted in zip(pull(cts), low, high, strict=True):
        assert_same(gradient, np.asarray(wanted).astype(x.dtype), "gradient", rtol=2e-3)


def layout_does_not_matter(row: Row) -> None:
    """Fortran-ordered, strided, reversed and read-only arrays give what contiguous ones give."""
    f, xs = on_leaves(row)
    outs, pull = vjp(f, *xs)
    cts = random_like(outs)
    wanted = pull(cts)
    for name, layout in LAYOUTS.items():
        laid_out: list[Any] = [layout(x) if np.ndim(x) else x for x in xs]
        found_outs, found_pull = vjp(f, *laid_out)
        for found, out in zip(found_outs, outs, strict=True):
            assert_same(found, out, name)
        for gradient, other in zip(found_pull(tuple(map(LAYOUTS[name], cts))), wanted, strict=True):
            assert_same(gradient, other, name)


def _strided(x: NDArray[Any]) -> NDArray[Any]:
    return np.repeat(x, 2, axis=-1)[..., ::2] if x.ndim else x


def _reversed(x: NDArray[Any]) -> NDArray[Any]:
    return np.flip(np.flip(x).copy())


def _read_only(x: NDArray[Any]) -> NDArray[Any]:
    y = x.copy()
    y.flags.writeable = False
    return y


LAYOUTS: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "Fortran order": lambda x: x.copy("F"),
    "strided": _strided,
    "reversed": _reversed,
    "read-only": _read_only,
}


def numbers_and_empty_arrays_work(row: Row) -> None:
    """An elementwise function takes numbers, arrays with no axes and empty arrays; so do its derivatives."""
    if not row.elementwise:
        return
    numbers = [np.asarray(x).reshape(-1)[0] for x in row.args]
    for args in (tuple(numbers), tuple(map(np.array, numbers))):
        check_grads(row.f, args, order=row.order)
        out, pull = vjp(row.f, *args)
        assert_same(out, row.f(*args), "number")
        for gradient, arg in zip(pull(out), args, strict=True):
            assert type(gradient) is type(arg)
            assert gradient.shape == ()
    for shape in ((0,), (2, 0)):
        args = tuple(np.zeros(shape, np.asarray(x).dtype) for x in row.args)
        out, pull = vjp(row.f, *args)
        assert_same(out, row.f(*args), "empty")
        assert_same(jvp(row.f, args, args)[1], np.zeros(shape, out.dtype), "empty tangent")
        for gradient, arg in zip(pull(out), args, strict=True):
            assert_same(gradient, arg, "empty gradient")


def batch_is_loop(row: Row) -> None:
    """A function under `vmap`, and its derivatives in both modes, give what a loop over the elements gives."""
    if not row.batch:
        return
    f, xs = on_leaves(row)
    cts, tangents = random_like(f(*xs)), random_like(xs)

    def pulled(*values: Any) -> tuple[Any, ...]:
        found: tuple[Any, ...] = vjp(f, *values)[1](cts)
        return found

    def pushed(*values: Any) -> tuple[Any, ...]:
        found: tuple[Any, ...] = jvp(f, values, tangents)[1]
        return found

    for batched in _choices(len(xs)):
        elements = [[x * (1 + 0.01 * k) if own else x for x, own in zip(xs, batched, strict=True)] for k in range(SIZE)]
        args = [
            np.stack([np.asarray(element[i]) for element in elements]) if own else x
            for i, (x, own) in enumerate(zip(xs, batched, strict=True))
        ]
        axes = tuple(0 if own else None for own in batched)
        for word, g in (("value", f), ("reverse", pulled), ("forward", pushed)):
            found = vmap(g, axes)(*args)
            looped = [g(*element) for element in elements]
            for i, out in enumerate(found):
                assert_same(out, np.stack([part[i] for part in looped]), f"{word} {i}, batched {batched}", rtol=1e-9)


def _choices(count: int) -> Iterator[tuple[bool, ...]]:
    """All arguments batched, then each alone."""
    yield (True,) * count
    if count > 1:
        for i in range(count):
            yield tuple(i == j for j in range(count))


LAWS: dict[str, Callable[[Row], None]] = {
    law.__name__: law
    for law in (
        value_is_numpys,
        derivatives_are_slopes,
        gradients_fit_arguments,
        single_precision_stays,
        layout_does_not_matter,
        numbers_and_empty_arrays_work,
        batch_is_loop,
    )
}
