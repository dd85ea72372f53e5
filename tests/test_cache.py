"""How a compiled function finds the Program for a call: quickly, and never one for arguments of another kind."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
import enum
from fractions import Fraction
from itertools import permutations, product
import pickle
from typing import Any, NamedTuple

import attrs
from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

import tapegrad
from tapegrad import static
from tapegrad._program import cache
from tapegrad._program.cache import MOST, READERS
from tapegrad._program.trace import Call
from tapegrad._tree import flatten
from tests.untyped import compile, grad, vmap


class Pair(NamedTuple):
    a: Any
    b: Any


class Couple(NamedTuple):
    a: Any
    b: Any


@attrs.frozen
class Layer:
    weights: Any
    name: Any = attrs.field(default="sin", metadata=static)


@dataclass(frozen=True)
class Frozen:
    part: Any


@dataclass
class Open:
    weights: Any


class Color(enum.IntEnum):
    RED = 1


class Own(np.ndarray[Any, Any]):
    pass


def one(_: Any) -> int:
    return 1


V = np.arange(3.0)


KINDS: Sequence[Any] = (
    True,
    1,
    1.0,
    1j,
    np.True_,
    *(np.dtype(code).type(1) for code in "bhilqBHILQefdgFDG"),
    *(np.array(1, code) for code in "?bhiqBHIQefdgFDG"),
    V,
    V.astype(">f8"),
    V.astype("f4"),
    V.astype(int),
    np.arange(4.0),
    V[None],
    V[:, None],
    V[:0],
    V.view(Own),
    None,
    "1",
    "2",
    b"1",
    Color.RED,
    one,
    len,
    np.sin,
    Fraction(1),
    np.str_("1"),
    np.datetime64(1, "D"),
    np.datetime64(1, "s"),
    np.array(["1"]),
    np.array(["2"]),
    np.array([1], "M8[D]"),
    np.array([1], "M8[s]"),
    np.zeros(1, [("a", float)]),
    np.zeros(1, [("b", float)]),
    (),
    [],
    {},
    (V, V),
    (V, 1.0),
    (V, "1"),
    (V, (V,)),
    (V,),
    [V, V],
    [V],
    Pair(V, V),
    Couple(V, V),
    {"a": V},
    {"b": V},
    {0: V},
    {"a": V, "b": V},
    OrderedDict([("a", V), ("b", V)]),
    defaultdict(float, a=V, b=V),
    deque((V, V)),
    deque((V, V), 3),
    Layer(V),
    Layer(V, "cos"),
    Layer(V, 1),
    Layer(V, 1.0),
    Layer(V, True),
    Layer(V, (0.0,)),
    Layer(V, (-0.0,)),
    Layer("1"),
    Layer(1.0),
    Open(V),
    Open("1"),
    {"a": [Pair(V, {"b": (1.0, None)})]},
    {"a": [Pair(V, {"b": (1.0, V)})]},
    {"a": [Pair(V, {"b": (1.0, "c")})]},
    {"a": [Couple(V, {"b": (1.0, None)})]},
)
"""Arguments, no two of one kind."""


def seen(log: list[Any]) -> Callable[..., Any]:
    """A function that notes each recording of itself, and returns which it was."""

    def f(*args: Any, **keywords: Any) -> Any:
        log.append(None)
        x = [leaf for leaf in flatten((args, keywords))[0] if not isinstance(leaf, str)]
        return len(log), [leaf for leaf in x if getattr(leaf, "dtype", np.dtype("V1")).kind in "biufc"]

    return f


def call_in_ways(f: Callable[..., Any], x: Any) -> list[Any]:
    """Calls that pass something by position, by keyword, in a tree, beside others."""
    return [f(x), f(x=x), f({"x": x}), f(1.0, (x, V)), f(V, y=1.0, x=x)]


def by_kind(log: list[Any], *kinds: Any) -> list[list[int]]:
    """For calls with each kind in turn, which recordings answer them."""
    del log[:]
    c = compile(seen(log))
    return [[int(out[0]) for out in call_in_ways(c, x)] for _ in range(2) for x in kinds]


def test_every_kind_has_its_own_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST", 10_000)
    log: list[Any] = []
    answers = by_kind(log, *KINDS)
    assert len(log) == 5 * len(KINDS)
    first, again = answers[: len(KINDS)], answers[len(KINDS) :]
    assert first == again
    assert len({tuple(numbers) for numbers in first}) == len(KINDS)


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(len(KINDS))).map(lambda order: order[:3]))
def test_in_any_order(order: Sequence[int]) -> None:
    """While a few are known, and their code is asked first."""
    log: list[Any] = []
    answers = by_kind(log, *(KINDS[i] for i in order))
    assert answers[:3] == answers[3:]
    assert len({number for numbers in answers for number in numbers}) == 15


def test_static_arguments() -> None:
    values = [True, 1, 1.0, 0.0, -0.0, np.float64(1.0), "1", None, (1,), (1.0,), ((), 1), V, V + 1, slice(1), one]
    values += [frozenset([1]), frozenset([True]), Pair(1, 2), Pair(1.0, 2), Pair((0.0,), 2), Pair((-0.0,), 2)]
    values += [Frozen(1), Frozen(1.0), Frozen(Frozen(0.0)), Frozen(Frozen(-0.0)), Frozen(one), Frozen(None)]
    log: list[Any] = []
    c = compile(seen(log), static_argnums=1)
    for _ in range(2):
        answers = [int(c(V, value)[0]) for value in values]
        assert len(set(answers)) == len(values) == len(log)


def test_other_numbers_of_arguments() -> None:
    log: list[Any] = []
    c = compile(seen(log))
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        ((), {}),
        ((V,), {}),
        ((V, V), {}),
        ((V,), {"a": V}),
        ((V,), {"b": V}),
        ((), {"a": V, "b": V}),
        ((V,), {"a": V, "b": V}),
    ]
    for _ in range(2):
        assert [int(c(*args, **keywords)[0]) for args, keywords in calls] == list(range(1, 8))


def test_keywords_and_dicts_in_any_order() -> None:
    def f(d: Any, *, a: Any, b: Any) -> Any:
        return d["x"] - a + d["y"] * b

    c = tapegrad.compile(f)
    for keys in permutations(("x", "y")):
        values = {"x": 1.0, "y": 2.0}
        d = {key: values[key] for key in keys}
        assert c(d, a=3.0, b=5.0) == c(d, b=5.0, a=3.0) == 8.0
    assert c.stats.programs == 1


def test_values_are_read_where_they_stand() -> None:
    def f(p: Any, *, scale: Any) -> Any:
        return p["layers"][0].weights * p["pair"].a - p["pair"].b["c"] / scale

    def point(k: float) -> Any:
        return {"pair": Pair(V + k, {"c": k}), "mode": "plain", "layers": [Layer(V * k, f"{'si'}n")]}

    c = tapegrad.compile(f)
    for k in (1.0, 2.0, 3.0):
        np.testing.assert_array_equal(c(point(k), scale=k + 1), f(point(k), scale=k + 1))
    assert c.stats.programs == 1


def test_a_hit_does_not_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first call with such arguments, a call reads its leaves, and runs."""

    @tapegrad.compile(static_argnums=2)
    def f(p: Any, x: Any, n: int, *, y: Any) -> Any:
        return [p["a"][0].weights * x for _ in range(n)], y

    def tree(k: float) -> Any:
        return {"a": [Layer(V * k)], "mode": "m", "none": None}

    f(tree(1.0), V, 2, y=np.float32(2.0))
    monkeypatch.setattr(Call, "of", None)
    assert np.array_equal(f(tree(2.0), V, 2, y=np.float32(3.0))[0][1], V * 2 * V)


def test_arrays_from_other_processes_are_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their dtypes equal NumPy's own, and are other objects."""
    sent = pickle.loads(pickle.dumps(V))
    assert sent.dtype is not V.dtype
    c = compile(lambda x: x * 2.0)
    c(V)
    monkeypatch.setattr(Call, "of", None)
    np.testing.assert_array_equal(c(sent), V * 2)


def test_numbers_of_many_classes_by_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    c = compile(lambda x, y: (x * y, x + y))
    kinds: list[Any] = [True, 2, 3.0, 4j, *(np.dtype(code).type(5) for code in "?ilfdD")]
    calls = [(x, y) for x, y in product(kinds, repeat=2) if (kinds.index(x) + kinds.index(y)) % 7 == 0]
    wanted = [(x * y, x + y) for x, y in calls]
    assert [c(x, y) for x, y in calls] == wanted
    assert len(c.cache.readers) == len(calls) <= READERS
    monkeypatch.setattr(Call, "of", None)
    out = [c(x, y) for x, y in calls]
    assert out == wanted
    assert [[type(leaf) for leaf in pair] for pair in out] == [[type(leaf) for leaf in pair] for pair in wanted]


@pytest.mark.parametrize("error", [LookupError, ValueError, AttributeError, TypeError])
def test_errors_of_the_code_are_no_misses(error: type[Exception]) -> None:
    """It is not run twice: donated memory would be gone."""
    ran: list[None] = []

    def fail(*_: Any) -> None:
        ran.append(None)
        raise error("by the code")

    c = compile(lambda x, y: x * y["k"])
    c(V, {"k": 2.0})
    (found,) = c.cache.quick
    c.cache.quick[found] = fail
    with pytest.raises(error, match="by the code"):
        c(V, {"k": 2.0})
    assert len(ran) == 1


def test_results_in_any_tree() -> None:
    """Each call makes its own, with the keys in the function's order, and None stays None."""

    def f(x: Any) -> Any:
        return (
            {"z": x, "a": [x * 2.0, (), (x,)], 1: {}, (1, 2): x + 1.0, one: None},
            [Pair(x, [x - 1.0]), Layer(x * 3.0, "sin"), OrderedDict([("b", x), ("a", V)])],
            "text",
        )

    def plain(x: Any) -> Any:
        return {"b": [x * 2.0], "a": ((x,), "text", None), "f": one, "v": V}

    small: list[Callable[[Any], Any]] = [lambda x: (x * 2.0,), lambda x: [x * 2.0], lambda x: {}, lambda x: (), one]
    for g in (f, plain, *small):
        c = compile(g)
        for k in (1.0, 2.0):
            assert repr(c(k)) == repr(g(k))
        first, second = c(1.0), c(1.0)
        for a, b in zip(containers(first), containers(second), strict=True):
            assert a is not b
    assert "unflatten" in compile(f).source(1.0)
    source = compile(plain).source(1.0)
    assert "return {'b': [v0], 'a': ((" in source


def containers(tree: Any) -> Iterator[Any]:
    """All lists, dicts and arrays in a tree, which somebody may change."""
    if type(tree) in (list, dict, OrderedDict, np.ndarray):
        yield tree
    if type(tree) in (dict, OrderedDict):
        tree = [*tree.values()]
    if type(tree) in (list, tuple, Pair):
        for part in tree:
            yield from containers(part)


def test_variables_are_told_from_numbers() -> None:
    c = compile(lambda x, y: x * y["k"])
    for _ in range(2):
        assert c(3.0, {"k": 2.0}) == 6.0
        assert grad(c)(3.0, {"k": 2.0}) == (2.0, {"k": 3.0})
        np.testing.assert_array_equal(vmap(lambda x: c(x, {"k": 2.0}))(V), V * 2)
        assert compile(grad(c))(3.0, {"k": 2.0}) == (2.0, {"k": 3.0})


def test_what_is_refused_is_refused_again() -> None:
    c = compile(lambda x: x * 2.0)
    for _ in range(2):
        c(V)
        with pytest.raises(Exception, match="MaskedArray"):
            c(np.ma.masked_array(V))
        with pytest.raises(Exception, match="matrix"):
            c(np.asmatrix(V))
        with pytest.raises(TypeError, match=r"test_cache.py:\d+.*unhashable type: 'set'"):
            c({1, 2})


def test_no_more_than_are_kept() -> None:
    c = compile(lambda x: x["v"] * 2.0)
    for n in range(MOST + 10):
        c({"v": np.ones(n)})
    assert len(c.cache.entries) == len(c.cache.quick) == MOST
    for n in range(2 * READERS):
        c({"v": 1.0, n: 1.0})
    assert len(c.cache.readers) == READERS
    assert c({"v": np.ones(2), 0: 1.0})[0] == 2.0


def test_threads() -> None:
    c = compile(lambda x: [leaf * 2.0 for leaf in flatten(x)[0]])
    given = [{f"k{i}": np.full(j + 1, float(i)), "x": Pair(1.0, i)} for i in range(12) for j in range(4)] * 4
    with ThreadPoolExecutor(8) as pool:
        for x, out in zip(given, pool.map(c, given), strict=True):
            for a, b in zip(out, flatten(x)[0], strict=True):
                np.testing.assert_array_equal(a, np.asarray(b) * 2.0)
    assert c.stats.programs == 48
