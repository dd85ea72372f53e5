"""The forms in which NumPy reaches a rule: what is refused, and that it is refused aloud."""

from __future__ import annotations

from collections.abc import Callable
import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest

from tapegrad import Variable
from tapegrad.errors import BatchError, ConversionError, MissingRuleError
from tests.untyped import Function, grad, jvp, plain, vjp, vmap

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
    "out= of a binary ufunc": (lambda x: np.add(x, 1.0, out=BUFFER), ConversionError, "existing array"),
    "out= positional": (lambda x: np.add(x, 1.0, BUFFER), ConversionError, "a = a \\+ x"),
    "a += x": (add_in_place, ConversionError, "in-place operator"),
    "where= of a ufunc": (lambda x: np.log(x, where=MASK), ConversionError, r"log\(where=\).*np.where\(mask"),
    "casting=": (lambda x: np.add(x, 1.0, casting="unsafe"), MissingRuleError, "casting='unsafe'"),
    "order=": (lambda x: np.add(x, 1.0, order="F"), MissingRuleError, "order='F'"),
    "power.reduce, which NumPy gets wrong": (lambda x: np.power.reduce(x), MissingRuleError, r"power\.reduce at"),
    "subok=": (lambda x: np.add(x, 1.0, subok=False), MissingRuleError, "subok=False"),
    "dtype= that drops a part": (
        lambda x: np.abs(x * 1j, dtype=float),
        MissingRuleError,
        r"absolute at .*test_forms.py",
    ),
    "dtype= of a comparison": (lambda x: x * np.greater(x, 1, dtype=bool), MissingRuleError, r"greater.*dtype=bool"),
    "dtype= of a test": (lambda x: x * np.isfinite(x, dtype=float), MissingRuleError, "isfinite"),
    "dtype= of integers": (lambda x: np.add(x, 1, dtype=int), MissingRuleError, r"add.*dtype=int.*astype"),
    "dtype= real, of complex": (lambda x: np.multiply(x, 1j, dtype=float), MissingRuleError, "multiply.*dtype=float"),
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
    "no rule: ufunc": (
        lambda x: np.spacing(x),
        MissingRuleError,
        r"spacing at .*test_forms.py:\d+.*tapegrad.extend.*x.value",
    ),
    "no rule: nextafter": (lambda x: np.nextafter(x, 1.0), MissingRuleError, "nextafter"),
    "no rule: function": (lambda x: np.packbits(x), MissingRuleError, r"packbits at .*test_forms.py:\d+"),
    "no rule: method": (lambda x: x.view(), MissingRuleError, r"view at .*test_forms.py:\d+.*x\.value"),
    "no rule: method in place": (lambda x: x.sort(), MissingRuleError, r"sort at .*test_forms.py:\d+"),
    "no rule: attribute": (lambda x: x.strides, MissingRuleError, r"strides at .*test_forms.py:\d+"),
    "pickle": (lambda x: pickle.dumps(x), ConversionError, r"pickled at .*test_forms.py:\d+"),
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
    "hash": (lambda x: hash(x), TypeError, r"test_forms.py.*functools\.cache"),
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


IN_DOUBLE: dict[str, Function] = {
    "binary": lambda x: np.multiply(x, x, dtype=float),
    "named": lambda x: plain.multiply(x, x, dtype="f8"),
    "unary": lambda x: np.square(x, dtype=np.float64),
    "complex": lambda x: np.multiply(x, x, dtype=complex).real,
}


@pytest.mark.parametrize("f", IN_DOUBLE.values(), ids=IN_DOUBLE)
def test_dtype_of_a_call(f: Callable[..., Any]) -> None:
    """In a floating type that the inputs convert to it is supported."""
    x = X.astype(np.float32)
    assert grad(lambda x: np.sum(f(x)))(x).dtype == np.float32
    primal, tangent = jvp(f, (x,), (x,))
    assert primal.dtype == tangent.dtype == f(x).dtype
    np.testing.assert_array_equal(primal, f(x))
    np.testing.assert_array_equal(tangent, 2 * f(x))


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


def test_attributes_without_a_rule() -> None:
    """Every public attribute of an array is there, or says that it has no rule; any other is not there."""

    def f(x: Any) -> Any:
        for name in dir(np.ndarray):
            if not name.startswith("_") and not hasattr(x, name):
                with pytest.raises(MissingRuleError, match=rf"{name} at .*test_forms.py:\d+") as caught:
                    getattr(x, name)
                assert isinstance(caught.value, AttributeError)
        for name in ("no_such_thing", "__array_interface__", "_no_such_thing"):
            with pytest.raises(AttributeError, match=name) as absent:
                getattr(x, name)
            assert not isinstance(absent.value, MissingRuleError)
        assert not hasattr(x, "sort")
        assert getattr(x, "sort", None) is None
        return np.sum(x)

    x = np.ones((2, 2))
    np.testing.assert_array_equal(grad(f)(x), x)
    jvp(f, (x,), (x,))
    vmap(f)(np.stack([x, x]))


def test_comparison_with_what_is_no_number() -> None:
    """As with an array, it is not equal."""

    def f(x: Any) -> Any:
        assert not np.any(x == "auto")
        assert np.all(x != "auto")
        first = x[0]
        assert (first == "auto", first != "auto") == (False, True)
        assert first not in ("auto", None)
        assert first in ("auto", None, 0.5)
        return x[0] * 2

    np.testing.assert_array_equal(grad(f)(X), [2.0, 0.0, 0.0])
    assert jvp(f, (X,), (X,))[1] == 1.0
    assert jvp(grad(f), (X,), (X,))[1][0] == 0.0


COPIES: dict[str, Function] = {
    "copy": lambda x: copy.copy(x),
    "deepcopy": lambda x: copy.deepcopy(x),
    "deepcopy of a tree": lambda x: copy.deepcopy({"a": [x]})["a"][0],
    "copy of a list": lambda x: copy.copy([x])[0],
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_is_the_variable_itself(copied: Callable[[Any], Any]) -> None:
    """It cannot be changed, so one is as good as two."""

    def f(x: Any) -> Any:
        assert copied(x) is x
        return copied(x) ** 2

    assert grad(f)(3.0) == 6.0
    assert jvp(f, (3.0,), (1.0,)) == (9.0, 6.0)
    assert grad(grad(f))(3.0) == 2.0
    np.testing.assert_array_equal(vmap(f)(X), X**2)
    np.testing.assert_array_equal(vmap(grad(f))(X), 2 * X)


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


POWERS: list[Callable[[Any, Any], Any]] = [lambda x, n: x**n, lambda x, n: np.power(x, n), lambda x, n: n**x]


@pytest.mark.parametrize(
    "n", [2, 2.5, np.float32(2.5), np.float64(2.5), np.int8(2), np.int64(2), np.array(2.5)], ids=repr
)
@pytest.mark.parametrize("f", POWERS)
def test_dtype_of_a_power(f: Callable[[Any, Any], Any], n: Any) -> None:
    """It is NumPy's, also where a number is the exponent."""
    x = X.astype(np.float32)
    wanted = f(x, n)
    out, pull = vjp(lambda x: f(x, n), x)
    np.testing.assert_array_equal(out, wanted, strict=True)
    assert pull(np.ones_like(wanted))[0].dtype == np.float32
    assert jvp(lambda x: f(x, n), (x,), (x,))[1].dtype == wanted.dtype


def test_a_differentiated_array_can_be_shown() -> None:
    shown: list[str] = []

    def f(x: Any) -> Any:
        shown.extend((np.array2string(x, precision=1), np.array_str(x), np.array_repr(x)))
        return np.sum(x)

    grad(f)(X)
    assert shown == [np.array2string(X, precision=1), np.array_str(X), np.array_repr(X)]
