"""`tapegrad.numpy`: NumPy's own results on plain arguments; on Variables what NumPy's dispatch would find."""

from __future__ import annotations

from collections.abc import Callable
import inspect
import pickle
from types import ModuleType
from typing import Any
import warnings

import numpy as np
from numpy.typing import NDArray
import pytest

from tapegrad import Tape, Variable, at, value_of, vjp
from tapegrad._core.tables import CALLS as CALLS_OF_UFUNCS, FUNCTIONS
from tapegrad._tree import flatten
from tapegrad.errors import ConversionError, MissingRuleError
import tapegrad.numpy as tnp
from tests.calls import CALLS, CONSTANT, LINE

UFUNCS = [name for name in tnp.__all__ if isinstance(getattr(np, name, None), np.ufunc)]
INTEGERS = [name for name in UFUNCS if not any("d" in kind for kind in getattr(np, name).types)]
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
SEVERAL: Any = (tuple, list)


def _exists(name: str) -> bool:
    """Whether this NumPy has it."""
    home, dot, last = name.rpartition(".")
    return hasattr(MODULES[home + dot][0], last)


PRODUCTS: dict[str, Callable[[Any, Any], list[Any]]] = {
    "matmul": lambda v, x: [(v, v), (v, x), (x, v)],
    "matvec": lambda v, x: [(v, v[0]), (v, x[0]), (x, v[0])],
    "vecmat": lambda v, x: [(v[0], v), (v[0], x), (x[0], v)],
    "ldexp": lambda v, x: [(v, 2)],
}
"""Ufuncs whose arguments differ in shape or dtype."""


def _alike(arity: int) -> Callable[[Any, Any], list[Any]]:
    return lambda v, x: [(v,)] if arity == 1 else [(v, v), (v, x), (x, v)]


MODULES: dict[str, tuple[Any, Any]] = {
    "": (tnp, np),
    "linalg.": (tnp.linalg, np.linalg),
    "fft.": (tnp.fft, np.fft),
    "emath.": (tnp.emath, np.emath),
}
CALLED = [name for name in CALLS if _exists(name)]
LEFT_OUT = {
    **dict.fromkeys(
        ["copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask"],
        "writes into an array, which is refused: `at(x)[index].set(values)` takes its place",
    ),
    **dict.fromkeys(["array2string", "array_repr", "array_str"], "gives text"),
    **dict.fromkeys(["can_cast", "common_type", "min_scalar_type", "result_type"], "is about dtypes alone"),
    **dict.fromkeys(["frombuffer", "fromiter", "fromstring"], "reads plain data"),
}
"""Functions with a rule that the namespace does not have -> why."""
OWN = {"at", "sigmoid"}
"""Functions that NumPy does not have."""


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


@pytest.mark.parametrize("name", sorted(set(UFUNCS) - set(INTEGERS)))
def test_a_ufunc_on_variables_is_as_through_numpy(name: str) -> None:
    target = getattr(np, name)
    x = ALIKE + 1 if name in ("arccosh", "acosh") else np.eye(2) + 1 if name in PRODUCTS else ALIKE
    with Tape() as tape:
        v = tape.watch(x)
        for args in PRODUCTS.get(name, _alike(target.nin))(v, x):
            ours, numpys = getattr(tnp, name)(*args), target(*args)
            assert same(value_of(ours), value_of(numpys))
            assert type(ours) is type(numpys)


@pytest.mark.parametrize("name", CALLED)
def test_a_function_on_plain_arguments_is_numpys(name: str) -> None:
    call = CALLS[name]
    ours, numpys = call(tnp, LINE), call(np, LINE)
    assert same(ours, numpys), (ours, numpys)


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
def test_a_function_on_lists_and_numbers_is_numpys(name: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> None:
    agree(name, *args, **keywords)


@pytest.mark.parametrize("name", [name for name in CALLED if name not in CONSTANT])
def test_a_function_on_a_variable_has_numpys_values(name: str) -> None:
    call = CALLS[name]
    with Tape() as tape:
        ours, numpys = value_of(call(tnp, tape.watch(LINE))), call(np, LINE)
    ours, numpys = (flatten(value)[0] for value in (ours, numpys))
    assert len(ours) == len(numpys)
    for actual, expected in zip(ours, numpys, strict=True):
        assert np.shape(actual) == np.shape(expected)
        assert np.result_type(actual) == np.result_type(expected)
        np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-14)


def test_every_function_is_called() -> None:
    for prefix, (ours, _) in MODULES.items():
        things = {name: getattr(ours, name) for name in ours.__all__}
        functions = {prefix + name for name, f in things.items() if callable(f) and not isinstance(f, type)}
        assert functions - CALLS.keys() == (set(UFUNCS) | OWN if not prefix else set())


@pytest.mark.parametrize("prefix", MODULES)
def test_every_function_with_a_rule_is_in_the_namespace(prefix: str) -> None:
    ours, numpys = MODULES[prefix]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        named = {name: getattr(numpys, name) for name in dir(numpys) if not name.startswith("_")}
    functions = {name: function for name, function in named.items() if not isinstance(function, type)}
    with_rule = {name for name, f in functions.items() if callable(f) and (f in FUNCTIONS or f in CALLS_OF_UFUNCS)}
    assert with_rule - set(ours.__all__) == (LEFT_OUT.keys() & with_rule if not prefix else set())
    assert not LEFT_OUT.keys() & set(ours.__all__)


def test_a_function_says_what_it_does_and_where_numpy_says_more() -> None:
    for prefix, (ours, numpys) in MODULES.items():
        for name in ours.__all__:
            function, numpys_own = getattr(ours, name), getattr(numpys, name, None)
            if not callable(function) or function is numpys_own or name in OWN:
                continue
            summary, blank, link, end = (function.__doc__ or "").split("\n")
            home = "lib.stride_tricks." if name == "sliding_window_view" else prefix
            page = f"https://numpy.org/doc/stable/reference/generated/numpy.{home}{function.__name__}.html"
            assert (blank, link, end) == ("", page, ""), name
            assert len(summary) > 10, name


def test_what_numpy_makes_itself_is_its_own() -> None:
    for name in ("zeros", "ones", "empty", "eye", "identity", "arange", "tri", "hanning"):
        assert getattr(tnp, name) is getattr(np, name)
    assert tnp.at is at


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


@pytest.mark.parametrize("prefix", MODULES)
def test_functions_pickle_by_name(prefix: str) -> None:
    module = MODULES[prefix][0]
    for name in module.__all__:
        function = getattr(module, name)
        assert not callable(function) or pickle.loads(pickle.dumps(function)) is function


def test_docstrings_are_one_line_of_what_it_does_and_a_link() -> None:
    assert tnp.sin.__doc__ is not None
    assert tnp.sin.__doc__.startswith("Trigonometric sine, element-wise.\n\nhttps://")
    assert tnp.sum.__doc__ is not None
    assert tnp.sum.__doc__.startswith("The sum over axes.\n\nhttps://")
    assert inspect.getdoc(tnp.sigmoid) == "The logistic function 1 / (1 + exp(-x)), element-wise."


def test_sigmoid_takes_what_a_ufunc_does() -> None:
    sigmoid: Any = tnp.sigmoid
    for x in PLAIN:
        expected: Any = 1 / (1 + np.exp(np.negative(np.asarray(x, float))))
        assert np.allclose(sigmoid(x), expected)
