"""`tapegrad.numpy`: NumPy's own results on plain arguments; on Variables what NumPy's dispatch would find."""

from __future__ import annotations

from collections.abc import Callable
import inspect
import pickle
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
import pytest

from tapegrad import Tape, Variable, value_of, vjp
from tapegrad.errors import ConversionError, MissingRuleError
import tapegrad.numpy as tnp

UFUNCS = [name for name in tnp.__all__ if isinstance(getattr(np, name, None), np.ufunc)]
PLAIN: list[Any] = [
    0.5,
    2,
    True,
    np.float32(0.25),
    np.array(0.5),
    [0.25, 0.5],
    [[1, 2], [3, 4]],
    np.array([0.1, 0.9], np.float32),
]
ALIKE = np.array([0.3, 0.6])
SEVERAL: Any = tuple


def same(actual: Any, expected: Any) -> bool:
    """Whether two results are of the same class, dtype and shape, and have the same values."""
    if type(expected) is not type(actual):
        return False
    if isinstance(expected, SEVERAL):
        return len(actual) == len(expected) and all(map(same, actual, expected))
    kind = np.result_type(actual).kind
    return np.result_type(actual) == np.result_type(expected) and np.array_equal(
        actual, expected, equal_nan=kind in "fc"
    )


def outcome(f: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """What `f` returns, or the class of what it raises."""
    with np.errstate(all="ignore"):
        try:
            return f(*args, **keywords)
        except (AttributeError, TypeError, ValueError) as error:
            return type(error)


def agree(name: str, *args: Any, **keywords: Any) -> None:
    ours, numpys = (outcome(getattr(module, name), *args, **keywords) for module in (tnp, np))
    assert ours is numpys or same(ours, numpys), (name, args, keywords, ours, numpys)


@pytest.mark.parametrize("name", UFUNCS)
def test_a_ufunc_on_plain_arguments_is_numpys(name: str) -> None:
    arity = getattr(np, name).nin
    for x in PLAIN:
        agree(name, *(x,) * arity)
        agree(name, *(x,) * arity, dtype=np.float32)
        agree(name, *(x,) * arity, where=[True, False], out=np.zeros(2))
    agree(name, *("text",) * arity)
    agree(name, *(None,) * arity)


@pytest.mark.parametrize("name", UFUNCS)
def test_a_ufunc_on_variables_is_as_through_numpy(name: str) -> None:
    target = getattr(np, name)
    x = ALIKE + 1 if name in ("arccosh", "acosh") else np.eye(2) + 1 if name == "matmul" else ALIKE
    with Tape() as tape:
        v = tape.watch(x)
        for args in ((v,),) if target.nin == 1 else ((v, v), (v, x), (x, v)):
            ours, numpys = getattr(tnp, name)(*args), target(*args)
            assert same(value_of(ours), value_of(numpys))
            assert type(ours) is type(numpys)


@pytest.mark.parametrize(
    ("name", "args", "keywords"),
    [
        ("sum", ([1, 2, 3],), {}),
        ("sum", ([[1, 2], [3, 4]],), {"axis": 0, "dtype": float}),
        ("mean", (np.arange(4),), {}),
        ("std", ([1.0, 2.0],), {"ddof": 1}),
        ("max", (np.array([[1, 2], [3, 0]]),), {"axis": 1, "keepdims": True}),
        ("argmax", ([3, 1],), {}),
        ("any", ([0, 1],), {}),
        ("where", ([True, False], 1, [2.0, 3.0]), {}),
        ("where", (True, 1.0, 2.0), {}),
        ("where", (np.array([0, 1]),), {}),
        ("clip", ([1, 5], 2, 4), {}),
        ("clip", (2.0,), {"max": 1.0}),
        ("real", (2,), {}),
        ("imag", ([1j, 2],), {}),
        ("angle", (1j,), {"deg": True}),
        ("reshape", ([1, 2, 3, 4], (2, 2)), {"order": "F"}),
        ("concatenate", (([1], [2.0]),), {}),
        ("stack", ([1, 2],), {}),
        ("take", ([1, 2, 3], [0, 2]), {}),
        ("einsum", ("i,i->", [1, 2], [3, 4]), {}),
        ("tensordot", ([1.0, 2.0], [3.0, 4.0]), {"axes": 1}),
        ("dot", (2, 3), {}),
        ("outer", ([1, 2], [3, 4]), {}),
        ("zeros_like", ([1, 2],), {"dtype": np.float32}),
        ("cumsum", ([[1, 2], [3, 4]],), {}),
    ],
)
def test_a_function_on_plain_arguments_is_numpys(name: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
    agree(name, *args, **keywords)


def test_a_variable_takes_no_way_through_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    def dispatched(*args: object, **keywords: object) -> None:
        raise AssertionError("NumPy's dispatch was asked")

    with Tape() as tape:
        v = tape.watch(ALIKE)
        monkeypatch.setattr(Variable, "__array_ufunc__", dispatched)
        monkeypatch.setattr(Variable, "__array_function__", dispatched)
        out = tnp.add(tnp.multiply(2.0, tnp.sin(v)), tnp.sum(tnp.reshape(v, (2, 1)), axis=0))
        assert len(tape.nodes) == 6
    assert np.allclose(value_of(out), 2 * np.sin(ALIKE) + ALIKE.sum())


@pytest.mark.parametrize("module", [tnp, np], ids=["tapegrad", "numpy"])
@pytest.mark.parametrize(
    ("name", "others", "keywords", "error"),
    [
        ("sin", (), {"out": np.zeros(2)}, ConversionError),
        ("add", (1.0, np.zeros(2)), {}, ConversionError),
        ("exp", (), {"where": [True, False]}, ConversionError),
        ("multiply", (2.0,), {"casting": "unsafe"}, MissingRuleError),
        ("sum", (), {"out": np.zeros(())}, ConversionError),
    ],
)
def test_keywords_are_refused_as_through_numpy(
    module: ModuleType, name: str, others: tuple[Any, ...], keywords: dict[str, Any], error: type[Exception]
) -> None:
    with Tape() as tape, pytest.raises(error, match=name):
        getattr(module, name)(tape.watch(ALIKE), *others, **keywords)


def test_a_dtype_is_taken_from_numpys_keyword() -> None:
    def root(x: NDArray[np.float64]) -> NDArray[np.float32]:
        return tnp.sqrt(x, dtype=np.float32)

    out, pull = vjp(root, ALIKE)
    assert out.dtype == np.float32
    assert pull(out)[0].dtype == np.float64


@pytest.mark.parametrize("name", ["sin", "add", "sum", "where", "sigmoid", "einsum", "matmul"])
def test_functions_pickle_by_name(name: str) -> None:
    function = getattr(tnp, name)
    assert pickle.loads(pickle.dumps(function)) is function
    assert function.__name__ == name


def test_docstrings_are_one_line_of_what_it_does() -> None:
    assert tnp.sin.__doc__ == "Trigonometric sine, element-wise."
    assert tnp.sum.__doc__ == "The sum over axes."
    assert inspect.getdoc(tnp.sigmoid) == "The logistic function 1 / (1 + exp(-x)), element-wise."


def test_sigmoid_takes_what_a_ufunc_does() -> None:
    sigmoid: Any = tnp.sigmoid
    for x in PLAIN:
        expected: Any = 1 / (1 + np.exp(np.negative(np.asarray(x, float))))
        assert np.allclose(sigmoid(x), expected)
