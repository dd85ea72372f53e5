"""The forms in which NumPy reaches a rule: what is refused, and that it is refused aloud."""

from __future__ import annotations

from collections.abc import Callable
import math
from typing import Any

import numpy as np
import pytest

from tapegrad import Variable
from tapegrad.errors import BatchError, ConversionError, MissingRuleError
from tests.untyped import Function, grad, plain, vmap

X = np.array([0.5, 1.5, 2.5])
BUFFER = np.zeros(3)
MASK = np.array([True, False, True])


def store(x: Any) -> None:
    BUFFER[0] = x[0]


def store_all(x: Any) -> None:
    BUFFER[:] = x


def assign(x: Any) -> None:
    x[0] = 1.0


def add_in_place(x: Any) -> None:
    a = np.ones(3)
    a += x


def fill(x: Any) -> None:
    np.copyto(BUFFER, x)


REFUSED: dict[str, tuple[Function, type[Exception], str]] = {
    "out= of a ufunc": (lambda x: np.sin(x, out=BUFFER), ConversionError, r"sin at .*test_forms.py:\d+.*out="),
    "out= of a binary ufunc": (lambda x: np.add(x, 1.0, out=BUFFER), ConversionError, "gradient would be lost"),
    "out= positional": (lambda x: np.add(x, 1.0, BUFFER), ConversionError, "a = a \\+ x"),
    "a += x": (add_in_place, ConversionError, "in-place operator"),
    "where= of a ufunc": (lambda x: np.log(x, where=MASK), ConversionError, r"log\(where=\).*np.where\(mask"),
    "casting=": (lambda x: np.add(x, 1.0, casting="unsafe"), MissingRuleError, "casting='unsafe'"),
    "order=": (lambda x: np.add(x, 1.0, order="F"), MissingRuleError, "order='F'"),
    "subok=": (lambda x: np.add(x, 1.0, subok=False), MissingRuleError, "subok=False"),
    "out= of a reduction": (lambda x: np.sum(x, out=np.zeros(())), ConversionError, "sum at"),
    "out= of x.sum": (lambda x: x.sum(out=np.zeros(())), ConversionError, "out="),
    "out= of add.reduce": (lambda x: np.add.reduce(x, out=np.zeros(())), ConversionError, "out="),
    "out= of hypot.reduce": (lambda x: np.hypot.reduce(x, out=np.zeros(())), ConversionError, "out="),
    "out= of add.accumulate": (lambda x: np.add.accumulate(x, out=BUFFER), ConversionError, "out="),
    "out= of hypot.accumulate": (lambda x: np.hypot.accumulate(x, out=BUFFER), ConversionError, "out="),
    "out= of outer": (lambda x: np.multiply.outer(x, x, out=np.zeros((3, 3))), ConversionError, "out="),
    "out= of mean": (lambda x: np.mean(x, out=np.zeros(())), ConversionError, "out="),
    "out= of max": (lambda x: np.max(x, out=np.zeros(())), ConversionError, "out="),
    "out= of cumsum": (lambda x: np.cumsum(x, out=BUFFER), ConversionError, "out="),
    "out= of clip": (lambda x: np.clip(x, 0, 1, out=BUFFER), ConversionError, "out="),
    "out= of dot": (lambda x: np.dot(x, x, out=np.zeros(())), ConversionError, "out="),
    "out= of matmul": (lambda x: np.matmul(x, x, out=np.zeros(())), ConversionError, "out="),
    "out= of concatenate": (lambda x: np.concatenate([x, x], out=np.zeros(6)), ConversionError, "out="),
    "out= of take": (lambda x: np.take(x, [0], out=np.zeros(1)), ConversionError, "out="),
    "add.at": (lambda x: np.add.at(BUFFER, [0], x), MissingRuleError, "add.at"),
    "add.reduceat": (lambda x: np.add.reduceat(x, [0, 1]), MissingRuleError, "add.reduceat"),
    "no rule: ufunc": (
        lambda x: np.spacing(x),
        MissingRuleError,
        r"spacing at .*test_forms.py:\d+.*tapegrad.extend.*x.value",
    ),
    "no rule: nextafter": (lambda x: np.nextafter(x, 1.0), MissingRuleError, "nextafter"),
    "no rule: function": (lambda x: np.histogram(x), MissingRuleError, r"histogram at .*test_forms.py:\d+"),
    "float(x)": (lambda x: float(x[0]), ConversionError, r"float at .*test_forms.py:\d+.*x\.value"),
    "int(x)": (lambda x: int(x[0]), ConversionError, r"int\(x.value\)"),
    "complex(x)": (lambda x: complex(x[0]), ConversionError, "complex"),
    "math.sin": (lambda x: math.sin(x[0]), ConversionError, "np.sin, not math.sin"),
    "x.item()": (lambda x: x[0].item(), ConversionError, "item"),
    "x.tolist()": (lambda x: x.tolist(), ConversionError, r"list\(x\)"),
    "np.asarray(x)": (lambda x: np.asarray(x), ConversionError, "plain array"),
    "np.array([x, x])": (lambda x: np.array([x[0], x[1]]), ConversionError, "np.stack"),
    "buffer[:] = x": (store_all, ConversionError, "plain array"),
    "np.copyto": (fill, ConversionError, "copyto"),
    "x[0] = 1": (assign, TypeError, r"x\[i\] = v at .*test_forms.py:\d+.*immutable"),
    "x as an index": (lambda x: BUFFER[x], ConversionError, "x.value"),
    "x as an index of x": (lambda x: x[x], TypeError, r"test_forms.py:\d+.*x\[i.value.astype\(int\)\]"),
    "range(x)": (lambda x: list(range(x[0])), ConversionError, "index"),
    "len of a number": (lambda x: len(x[0]), TypeError, "len"),
    "iter of a number": (lambda x: iter(x[0]), TypeError, "iteration"),
    "hash": (lambda x: hash(x), TypeError, "unhashable"),
}


@pytest.mark.parametrize(("f", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(f: Callable[..., Any], error: type[Exception], message: str) -> None:
    """Whatever would lose the gradient, or ignore a keyword, raises; the message says what to write instead."""

    def scalar(x: Any) -> Any:
        out = f(x)
        return 0.0 if out is None else np.sum(out)

    with pytest.raises(error, match=f"(?s){message}"):
        grad(scalar)(X)
    assert not BUFFER.any(), "written all the same"


def test_written_into_an_array() -> None:
    """NumPy puts an error of its own before ours."""
    with pytest.raises(ValueError, match="setting an array element") as caught:
        grad(store)(X)
    assert isinstance(caught.value.__cause__, ConversionError)
    assert not BUFFER.any()


def test_defaults_spelt_out_are_not_refused() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.add(x, x, out=None, where=True, casting="same_kind", order="K", subok=True, dtype=None))

    np.testing.assert_array_equal(grad(f)(X), [2.0, 2.0, 2.0])


def test_no_keyword_is_ignored() -> None:
    with pytest.raises(TypeError):
        grad(lambda x: plain.sin(x[0], unknown=1))(X)
    with pytest.raises(TypeError):
        grad(lambda x: plain.add.reduce(x, unknown=1))(X)


@pytest.mark.parametrize(
    "left", [np.float64(2.0), np.float32(2.0), np.array(2.0), np.array([2.0, 3.0]), 2, 2.0, True, np.int64(2)]
)
def test_numpy_on_the_left_gives_a_variable(left: Any) -> None:
    """Neither an object array nor a plain value: NumPy hands the operation over."""
    seen: list[Any] = []

    def f(x: Any) -> Any:
        outs = [left + x, left - x, left * x, left / x, left**x, left % x, left // x, left < x, left == x]
        seen.extend(outs[:6])
        return np.sum(outs[0] * outs[1])

    gradient = grad(f)(3.0)
    assert all(isinstance(out, Variable) for out in seen)
    np.testing.assert_allclose(gradient, -2 * 3.0 * np.size(left))


def test_builtins_and_methods() -> None:
    def f(x: Any) -> Any:
        total = x.dtype.type(0) + sum(x) + max(x) + min(x)
        assert len(x) == 3
        assert x.shape == (3,)
        assert (x.ndim, x.size, x.dtype) == (1, 3, np.dtype(float))
        assert 1.5 in x
        assert 7.0 not in x
        assert bool(x[0] > 0)
        assert f"{x[0]:.2f}" == "0.50"
        assert str(x) == str(X)
        assert repr(x) == "Variable([0.5, 1.5, 2.5])"
        return total + abs(x[0]) + x[0].__pow__(2)

    np.testing.assert_array_equal(grad(f)(X), [4.0, 1.0, 2.0])


def test_value_is_read_only() -> None:
    def f(x: Any) -> Any:
        with pytest.raises(ValueError, match="read-only"):
            x.value[0] = 7.0
        return np.sum(x * x.value)

    np.testing.assert_array_equal(grad(f)(X), X)


def test_a_batch_has_no_single_truth() -> None:
    with pytest.raises(BatchError, match=r"test_forms.py:\d+"):
        vmap(lambda x: x if x > 0 else -x)(X)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble, np.complex64])
def test_precisions(dtype: Any) -> None:
    x = X.astype(dtype)
    gradient = grad(lambda x: np.sum((x * x).real))(x)
    assert gradient.dtype == dtype
    np.testing.assert_array_equal(gradient, 2 * x)


def test_python_numbers_are_weak_and_numpy_scalars_are_not() -> None:
    seen: list[np.dtype[Any]] = []

    def f(x: Any) -> Any:
        seen.extend(y.dtype for y in (x * 2.0, 2 * x, x + np.float64(1), np.float64(1) * x, x / np.arange(1, 4)))
        return np.sum(x)

    grad(f)(X.astype(np.float32))
    assert seen == [np.float32, np.float32, np.float64, np.float64, np.float64]
