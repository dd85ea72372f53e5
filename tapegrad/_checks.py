"""Derivatives of a function of numbers and arrays by evaluating it and nothing else: an oracle for those of the rules.

A derivative here is that of `Re Σ ct f(x)`, with a cotangent `ct` for each output, in every entry of every `x`: for
each, an array of its shape. In a complex entry a + ib it is d/da - i d/db, which is the convention of the gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias
import warnings

import attrs
import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = Sequence[Any]
"""NumPy's scalars and arrays."""
Function: TypeAlias = Callable[..., tuple[Any, ...]]
"""From scalars and arrays to a tuple of them."""
Slopes: TypeAlias = list[NDArray[Any]]
"""A derivative: for each argument, an array of its shape."""
TINY = 1e-20
"""The complex step: nothing is subtracted, so it can be as small as one likes."""


@attrs.frozen
class Expected:
    """A derivative found by evaluation."""

    slopes: Slopes
    method: str
    """How it was found, as a message says it."""
    tolerance: float
    """How far it can be trusted, relative to the larger of 1, the entry and the output."""
    size: float
    """`Re Σ ct f(x)` without regard to signs: what rounding errors are measured by."""


def pair(cts: Values, values: Values) -> float:
    """Re Σ ct value, over all outputs."""
    return float(sum(np.sum(np.multiply(ct, value)).real for ct, value in zip(cts, values, strict=True)))


def epsilon(values: Iterable[Any]) -> float:
    """The precision of the coarsest among them."""
    return max((float(np.finfo(value.dtype).eps) for value in values), default=float(np.finfo(np.float64).eps))


def random_like(rng: np.random.Generator, like: Any) -> Any:
    """A tangent or cotangent of the shape and dtype of a value."""
    real, imaginary = rng.normal(size=(2, *like.shape))
    return np.asarray(real + 1j * imaginary if like.dtype.kind == "c" else real, like.dtype)[()]


def slopes(direction: Callable[[int, Any], float], xs: Values) -> Slopes:
    """A derivative, entry by entry: `direction(i, dx)` is the one found when argument `i` alone moves by `dx`."""
    found: Slopes = []
    for i, x in enumerate(xs):
        slope = np.zeros(x.shape, np.result_type(x.dtype, np.float64))
        for index in np.ndindex(x.shape):
            slope[index] = direction(i, unit(x, index))
            if slope.dtype.kind == "c":
                slope[index] -= 1j * direction(i, unit(x, index) * x.dtype.type(1j))
        found.append(slope)
    return found


def unit(x: Any, index: tuple[int, ...]) -> Any:
    """A tangent of `x` that is 1 in one entry."""
    tangent = np.zeros(x.shape, x.dtype)
    tangent[index] = 1
    return tangent[()]


def central_differences(f: Function, xs: Values, cts: Values, step: float) -> Slopes:
    """(f(x + h) - f(x - h)) / 2h, with h the step times the larger of 1 and the entry."""

    def direction(i: int, dx: Any) -> float:
        h = step * max(1.0, float(np.max(np.abs(np.where(dx == 0, 0, xs[i])))))
        ahead, behind = ([*xs[:i], xs[i] + xs[i].dtype.type(side) * dx, *xs[i + 1 :]] for side in (h, -h))
        width = float(np.max(np.abs(ahead[i] - behind[i])))  # what is left of 2h after rounding
        return (pair(cts, f(*ahead)) - pair(cts, f(*behind))) / width

    return slopes(direction, xs)


def complex_step(f: Function, xs: Values, cts: Values) -> Slopes | None:
    """Im f(x + ih) / h.

    None where something is complex already, and where `f` rejects complex arguments or drops their imaginary parts.
    """
    if any(value.dtype.kind == "c" for value in (*xs, *cts)):
        return None
    raised = [x.astype(np.result_type(x.dtype, np.complex64)) for x in xs]

    def direction(i: int, dx: Any) -> float:
        return -pair([1j * ct for ct in cts], f(*raised[:i], raised[i] + 1j * TINY * dx, *raised[i + 1 :])) / TINY

    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            return slopes(direction, xs)
    except (TypeError, ValueError, ArithmeticError, NotImplementedError, np.exceptions.ComplexWarning):
        return None


def expected(f: Function, xs: Values, outs: Values, cts: Values, eps: float, step: float | None) -> Expected:
    """The derivative, by the complex step where that applies, else by central differences.

    The complex step is exact to rounding, but of a function that is not analytic (`abs`, `real`, `conj`) it gives a
    wrong number without notice. So it is believed only where it agrees with central differences, as far as they go.
    """
    h = eps ** (1 / 3) if step is None else step
    size = pair([np.abs(ct) for ct in cts], [np.abs(out) for out in outs])
    tolerance = max(1e-6, 400 * eps ** (2 / 3))
    rough = Expected(central_differences(f, xs, cts, h), "central differences", tolerance, size)
    stepped = complex_step(f, xs, cts)
    if stepped is None or any(np.any(excess(a, b, rough)) for a, b in zip(stepped, rough.slopes, strict=True)):
        return rough
    return Expected(stepped, "the complex step", float(np.sqrt(eps)), size)


def excess(
    actual: Any, wanted: Any, reference: Expected, atol: float | None = None, rtol: float | None = None
) -> NDArray[np.bool]:
    """Where `actual` is further from `wanted` than rounding explains; also where only one of them is finite."""
    absolute = reference.tolerance * max(1.0, reference.size) if atol is None else atol
    relative = reference.tolerance if rtol is None else rtol
    with np.errstate(invalid="ignore"):
        near = np.abs(actual - wanted) <= absolute + relative * np.abs(wanted)
    far: NDArray[np.bool] = ~(near | (np.isnan(actual) & np.isnan(wanted)) | np.equal(actual, wanted))
    return far
