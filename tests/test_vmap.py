"""`vmap`: axes and trees of axes, indices and conditions, what it refuses, what it costs."""

from __future__ import annotations

from collections.abc import Callable
import math
import pickle
import sys
from types import FrameType
from typing import Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray
import pytest
import scipy.linalg

import tapegrad
from tapegrad import at
from tapegrad.errors import BatchError, MissingRuleError
import tapegrad.numpy as tnp
from tests.rules.laws import assert_same, on_leaves
from tests.rules.rows import ROWS
from tests.untyped import Function, grad, jvp, plain, vjp, vmap

X = np.array([0.3, 0.7, 1.1])
TABLE = np.arange(12.0).reshape(3, 4) ** 2 / 10
PLACES = np.array([2, 0, 2])


NUMBERS: Any = [1.0, 2.0]
untyped_linalg: Any = scipy.linalg


def as_array(x: Any) -> NDArray[Any]:
    return np.asarray(x)


class Pair(NamedTuple):
    first: Any
    second: Any


@attrs.frozen
class Line:
    """An array that its field converts, so that no instance holds axes."""

    slope: Any
    offset: NDArray[Any] = attrs.field(converter=as_array)


def line(p: Any, x: Any) -> Any:
    return p.slope * x + p.offset


def looped(f: Function, *args: Any, axes: tuple[int | None, ...] | None = None) -> NDArray[Any]:
    """What a loop over the elements gives."""
    axes = (0,) * len(args) if axes is None else axes
    length = next(np.shape(arg)[axis] for arg, axis in zip(args, axes, strict=True) if axis is not None)
    call: Callable[..., Any] = f
    rows = [
        [arg if axis is None else np.take(arg, i, axis) for arg, axis in zip(args, axes, strict=True)]
        for i in range(length)
    ]
    return np.stack([call(*row) for row in rows])


def test_vmap_in_vmap() -> None:
    table = vmap(lambda x: vmap(lambda y: x * y + x)(X))(X)
    np.testing.assert_allclose(table, np.outer(X, X) + X[:, None])


def test_vmap_axes() -> None:
    matrix = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(vmap(lambda c: c * 2, in_axes=1)(matrix), matrix.T * 2)
    np.testing.assert_array_equal(vmap(lambda c: c * 2, in_axes=-1, out_axes=1)(matrix), matrix * 2)
    np.testing.assert_array_equal(vmap(lambda c, k: c * k, in_axes=(1, None))(matrix, 3.0), matrix.T * 3)
    np.testing.assert_array_equal(vmap(lambda x: 7.0)(X), [7.0, 7.0, 7.0])
    np.testing.assert_array_equal(vmap(lambda p: p["a"] * p["b"])({"a": X, "b": X}), X * X)
    out = vmap(lambda x: {"twice": 2 * x, "two": (x, 1.0)})(X)
    np.testing.assert_array_equal(vmap(lambda c, k: c * k, in_axes=[1, None])(matrix, 3.0), matrix.T * 3)
    assert vmap(lambda x: {"nothing": None})(X) == {"nothing": None}
    np.testing.assert_array_equal(out["twice"], 2 * X)
    np.testing.assert_array_equal(out["two"][1], np.ones(3))


def test_axes_move_as_numpy_moves_them() -> None:
    cube = np.arange(24.0).reshape(2, 3, 4)
    for found in range(-3, 3):
        for wanted in range(-3, 3):
            moved = vmap(lambda x: x, in_axes=found, out_axes=wanted)(cube)
            np.testing.assert_array_equal(moved, np.moveaxis(cube, found, wanted))
    assert vmap(lambda x: x, np.int64(1))(cube).shape == (3, 2, 4)


def test_trees_of_axes() -> None:
    p = Line(np.arange(6.0).reshape(2, 3), np.ones(3))
    out = vmap(line, ({"slope": 0, "offset": None}, 0))(p, np.array([1.0, 2.0]))
    np.testing.assert_array_equal(out, p.slope * [[1.0], [2.0]] + 1)
    assert vmap(line, ({"slope": -1, "offset": 0}, None))(p, 2.0).shape == (3, 2)
    nested = vmap(
        lambda t: {"sum": t[0]["a"] + t[1], "rest": (t[0]["c"], "text")},
        in_axes=([{"a": 0, "c": None}, 0],),
        out_axes={"sum": 0, "rest": None},
    )([{"a": X, "c": 5.0}, X])
    np.testing.assert_array_equal(nested["sum"], 2 * X)
    assert nested["rest"] == (5.0, "text")
    np.testing.assert_array_equal(vmap(lambda t: t.first * t.second, ((0, None),))(Pair(X, 3.0)), 3 * X)
    parts = vmap(lambda x: (x[0], [x, x]), out_axes=(0, 1))(TABLE)
    assert [part.shape for part in (parts[0], *parts[1])] == [(3,), (4, 3), (4, 3)]


def test_what_is_no_array() -> None:
    """None stands for itself, also in a batch; what has None for its axis is passed on as it is."""
    np.testing.assert_array_equal(vmap(lambda p: p["x"] if p["bias"] is None else 0)({"x": X, "bias": None}), X)
    options = {"name": "square"}
    assert vmap(lambda x, o: o, (0, None), None)(X, options) == options
    np.testing.assert_array_equal(vmap(lambda x, k: x * np.sum(k))(X, k=np.ones(2)), 2 * X)  # whole, by keyword
    assert vmap(lambda x: 3.0, out_axes=None)(X) == 3.0


def test_a_vmap_is_a_value() -> None:
    made = vmap(line, in_axes=({"slope": 0, "offset": None}, 0), out_axes=-1)
    same = vmap(line, in_axes=[{"offset": None, "slope": 0}, 0], out_axes=-1)
    assert made == same
    assert hash(made) == hash(same)
    assert made != vmap(line)
    assert pickle.loads(pickle.dumps(made)) == made
    assert repr(made) == "vmap(line, in_axes=({'offset': None, 'slope': 0}, 0), out_axes=-1)"
    assert repr(vmap(line, (0,))) == "vmap(line, in_axes=(0,))"
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.in_axes.axes = ()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vmap(lambda x, y: x + y)(X, np.ones(2)), r"differ in length: .*\(x\).* has 3, .*\(y\).* has 2"),
        (lambda: vmap(line)(Line(X, np.ones(2)), X), r"\(p.slope\) of line has 3, .*\(p.offset\) of line has 2"),
        (lambda: vmap(lambda x: x, in_axes=1)(X), "cannot be mapped over axis 1"),
        (lambda: vmap(lambda x: x, in_axes=(0, 0))(X), "names axes of 2 arguments, but was called with 1"),
        (lambda: vmap(lambda x: x, in_axes=(None,))(X), "needs an argument to map over"),
        (lambda: vmap(lambda x: x, in_axes=None)(X), "needs an argument to map over"),
        (lambda: vmap(line, ({"slope": 0, "b": 0}, 0))(Line(X, X), X), r"\(p\) of line has the children .*'offset'"),
        (lambda: vmap(lambda x: x, ({"w": 0},))(X), r"\(x\) of <lambda> has no children"),
        (lambda: vmap(lambda p: p, ({"w": (0, 0)},))({"w": [X]}), r"\(p\) of <lambda>\['w'\] has the children 0,"),
        (lambda: vmap(lambda x: x)(1.0), "argument 0"),
        (lambda: vmap(lambda x: x)([X, 1.0]), r"argument 0 \(x\[1\]\) .* of type float, shape \(\)"),
        (lambda: vmap(lambda p: p)({"x": X, "mode": "tanh"}), r"\(p\['mode'\]\) .*None in in_axes"),
        (lambda: vmap(lambda x: x)(np.ma.masked_array(X)), "MaskedArray.*plain array"),
        (lambda: vmap(lambda x: x)(np.array([None, 1])), "dtype object"),
        (lambda: vmap(lambda x: "text")(X), "the output is of type str.*None in out_axes"),
        (lambda: vmap(lambda x: {"k": [x, object()]})(X), r"the output\['k'\]\[1\] is of type object"),
        (lambda: vmap(lambda x: (x, x), out_axes=(0, None))(X), r"the output\[1\] is to have no batch"),
        (lambda: vmap(lambda x: (x, x), out_axes=(0, 0, 0))(X), "the output has the children 0, 1, which the axes"),
        (lambda: vmap(lambda x: {"q": x}, out_axes=1)(X), r"the output\['q'\] has shape \(\), and no axis 1"),
        (lambda: vmap(lambda x: x[x > 0])(np.ones((2, 3))), r"mask at test_vmap.py:\d+.*np.where\(mask, x, 0\)"),
        (lambda: vmap(lambda x: at(x)[x > 0].set(0.0))(np.ones((2, 3))), r"np.where\(mask, v, x\)"),
        (lambda: vmap(lambda x: np.unique(x))(TABLE), r"unique at test_vmap.py:\d+.*a result of its own length"),
        (lambda: vmap(lambda p: np.roots(p))(TABLE[:, :3]), r"np.roots at test_vmap.py:\d+.*of one degree"),
    ],
)
def test_what_does_not_fit(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(BatchError, match=message):
        call()


def doubled(x: Any) -> Any:
    while x < 10.0:
        x = 2 * x
    return x


ASK_FOR_ONE: list[tuple[Function, list[str]]] = [
    (lambda x: 3.0 if x > 0 else 4.0, ["if, while", "np.where"]),
    (lambda x: 0 < x < 1, ["if, while", "np.where"]),
    (lambda x: x and 1.0, ["if, while", "np.where"]),
    (lambda x: max(x, 0.0), ["if, while", "max", "np.maximum(a, b)"]),
    (doubled, ["if, while", "np.where"]),
    (lambda x: 3.0 if 0.0 in np.stack([x]) else 4.0, ["if, while", "np.where"]),
    (lambda x: float(x), ["Python float", "np.sin and not math.sin"]),
    (lambda x: math.sin(x), ["Python float", "np.sin and not math.sin"]),
    (lambda x: int(x), ["Python int"]),
    (lambda x: round(x), ["rounded", "np.round"]),
    (lambda x: math.floor(x), ["Python int"]),
    (lambda x: complex(x), ["Python complex"]),
    (lambda x: x.item(), ["Python number"]),
    (lambda x: x.value, ["no single value"]),
    (lambda x: np.asarray(x), ["plain array", "np.stack"]),
    (lambda x: np.zeros(4)[x.astype(int)], ["plain array", "tapegrad.numpy.take(array, i, 0)"]),
    (lambda x: sum(range(x.astype(int))), ["index", "None for it in in_axes"]),
    (lambda x: NUMBERS[x.astype(int)], ["index", "tapegrad.numpy.take(array, i, 0)"]),
    (lambda x: np.arange(3.0)[: x.astype(int)], ["index", "None for it in in_axes"]),
    (lambda x: np.zeros(x.astype(int)), ["index or a size", "None for it in in_axes"]),
    (lambda x: plain.random.default_rng(0).normal(x), ["plain array", "draw standard", "loc + scale * z"]),
    (lambda x: np.random.default_rng(0).normal(loc=x, size=3), ["plain array", "draw standard", "loc + scale * z"]),
    (lambda x: plain.random.normal(x), ["plain array", "draw standard", "loc + scale * z"]),
    (lambda x: np.random.default_rng(0).choice(np.array([x])), ["plain array"]),
    (lambda x: np.random.default_rng(0).permutation(np.stack([x, x])), ["plain array"]),
    (lambda x: plain.asarray(x), ["plain array"]),
]


def test_a_batch_can_be_printed() -> None:
    shown: list[str] = []

    def f(x: Any) -> Any:
        shown.append(f"{x:.3f}")
        return x

    vmap(f)(X)
    assert shown == [str(X)]


@pytest.mark.parametrize(("f", "parts"), ASK_FOR_ONE)
def test_what_needs_one_value(f: Function, parts: list[str]) -> None:
    """Each error says what, at which line of the user's code, and what to write instead."""
    with pytest.raises(BatchError, match=r"at test_vmap.py:\d+, in ") as info:
        vmap(f)(X)
    for part in ("nder vmap", *parts):
        assert part in str(info.value)


def test_scipys_own_functions() -> None:
    with pytest.raises(TypeError, match=r"scipy.linalg.det at test_vmap.py:\d+.*Call tapegrad.scipy.linalg.det"):
        vmap(lambda a: untyped_linalg.det(a))(plain.ones((2, 3, 3)))


def test_a_function_without_a_rule() -> None:
    with pytest.raises(MissingRuleError, match="a batched value, and tapegrad has no rule") as info:
        vmap(lambda x: np.nextafter(x, 2.0))(X)
    assert "x.value" not in str(info.value)


@pytest.mark.parametrize("axes", [{"in_axes": "ab"}, {"in_axes": 0.5}, {"in_axes": (True,)}, {"out_axes": {"a": 1j}}])
def test_axes_that_are_none(axes: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="_axes"):
        vmap(lambda x: x, **axes)(X)


INDICES: list[Function] = [
    lambda x, i: x[i],
    lambda x, i: x[i, None] * i,
    lambda x, i: x[np.stack([i, i + 1])],
    lambda x, i: np.take(x, i),
    lambda x, i: tnp.take(TABLE, i, 0) @ x,
    lambda x, i: x[np.argmax(x)] + x[np.argsort(x)[i]],
    lambda x, i: np.take_along_axis(x, np.argsort(x), -1),
    lambda x, i: at(x)[i].set(7.0),
    lambda x, i: at(x)[np.stack([i, i])].add(x[:2]),
    lambda x, i: at(x)[np.stack([i, i, 0 * i])].set(x[:3] * 2),
    lambda x, i: at(x)[np.stack([i, i, 0 * i])].multiply(x[:3] * 2),
    lambda x, i: at(np.zeros(4))[i].set(x[0]),
    lambda x, i: at(np.zeros((2, 4)))[:, np.stack([i, i])].set(x[:2]),
    lambda x, i: plain.where(x > 1, x, i),
    lambda x, i: np.where(i == 2, x, 0),
    lambda x, i: (np.arange(4) == i) * x,
    lambda x, i: (i // 2 + i % 2 - i**2) * (x > 0.5) & (i != 2) | ~(x > 1),
    lambda x, i: np.choose(i, [x, -x, x * 2]),
    lambda x, i: np.bincount(np.array([0, 1, 1, 2]), x)[i],
    lambda x, i: x[np.array([True, False, True, True])] * i,
    lambda x, i: plain.cumsum(x)[i] + plain.searchsorted(plain.sort(x), i) + plain.digitize(i, plain.sort(x)),
]


@pytest.mark.parametrize("f", INDICES)
def test_integers_and_conditions_in_a_batch(f: Function) -> None:
    assert_same(vmap(f)(TABLE, PLACES), looped(f, TABLE, PLACES), "both")
    assert_same(vmap(f, (0, None))(TABLE, PLACES[0]), looped(f, TABLE, PLACES[0], axes=(0, None)), "one integer")
    if "tnp" in f.__code__.co_names:  # NumPy does not tell of an index into a plain array
        assert_same(vmap(f, (None, 0))(TABLE[1], PLACES), looped(f, TABLE[1], PLACES, axes=(None, 0)), "one array")


LINES = np.array([[1.0, 2.0, 2.0, 5.0], [3.0, 2.0, 1.0, 0.0], [0.0, 0.0, 7.0, np.nan]])
SOUGHT = np.array([[2.0, 0.0, 6.0], [2.0, -1.0, 9.0], [0.0, np.nan, 7.0]])


OWN_LINES: list[tuple[Function, tuple[Any, ...], tuple[int | None, ...]]] = [
    (lambda a, v: plain.searchsorted(plain.sort(a), v), (LINES, SOUGHT), (0, 0)),
    (lambda a, v: plain.searchsorted(plain.sort(a), v, "right"), (LINES, SOUGHT), (0, 0)),
    (lambda a: np.searchsorted(np.sort(a), 2.0), (LINES,), (0,)),
    (lambda a: np.searchsorted(a[:0], SOUGHT), (LINES,), (0,)),
    (lambda a, v: plain.digitize(v, a), (LINES[:2], SOUGHT[:2]), (0, 0)),
    (lambda a, v: plain.digitize(v, a, right=True), (LINES[:2], SOUGHT[:2]), (0, 0)),
    (lambda a: np.digitize(SOUGHT, a), (LINES[:2],), (0,)),
    (lambda x, v: np.isin(x, v), (LINES, SOUGHT), (0, 0)),
    (lambda x, v: np.isin(x, v, invert=True), (LINES[0], SOUGHT), (None, 0)),
    (lambda x, v: np.isin(x, v[:0]), (LINES, SOUGHT), (0, 0)),
    (lambda p: np.sort(np.abs(np.roots(p))), (TABLE + 1,), (0,)),
    (lambda p: np.roots(np.concatenate([p, [0.0, 0.0]])), (TABLE + 1,), (0,)),
    (lambda p: np.abs(np.roots(p)), (PLACES[:, None] + np.array([1, 4, 2]),), (0,)),
    (lambda a, t: tnp.unwrap(a, period=t), (TABLE, X), (0, 0)),
    (lambda a, t: tnp.unwrap(a.astype(int), period=t), (TABLE, PLACES + 2), (0, 0)),
    (
        lambda a, w, q: plain.quantile(a, q, weights=w, method="inverted_cdf"),
        (TABLE, TABLE[::-1] + 0.1, np.array([0.0, 0.5, 1.0])),
        (0, 0, 0),
    ),
    (
        lambda a, q: plain.quantile(a, q, weights=np.array([0, 1, 2, 1]), method="inverted_cdf"),
        (TABLE, X / 2),
        (0, None),
    ),
    (lambda x: plain.pad(x, 1, mode="mean"), (np.array([[1, 2, 4], [0, 1, 1]]),), (0,)),
    (lambda x: np.linalg.norm(x, 1), (np.array([[1, 2, 4], [0, 1, 1]]),), (0,)),
    (lambda a: plain.linalg.lstsq(a, plain.arange(3))[0], (plain.arange(12).reshape(2, 3, 2) ** 2,), (0,)),
]


@pytest.mark.parametrize(("f", "args", "axes"), OWN_LINES)
def test_lines_of_their_own(f: Function, args: tuple[Any, ...], axes: tuple[int | None, ...]) -> None:
    """What NumPy takes one of for all: sorted lines, bins, periods, polynomials, weights."""
    assert_same(vmap(f, axes)(*args), looped(f, *args, axes=axes), "value")
    if 0 in axes and args[0].ndim:
        none = [arg[:0] if axis == 0 else arg for arg, axis in zip(args, axes, strict=True)]
        assert vmap(f, axes)(*none).shape[0] == 0


def test_bins_that_turn() -> None:
    with pytest.raises(ValueError, match="monotonically"):
        vmap(lambda b: np.digitize(X, b))(np.array([[0.0, 1.0, 0.5]]))


@pytest.mark.parametrize("name", [name for name in list(ROWS)[::20] if not name.startswith("scipy ")])
def test_an_empty_batch(name: str) -> None:
    row = ROWS[name]
    if not row.batch:
        pytest.skip("it does not run under vmap")
    f, xs = on_leaves(row)
    outs = vmap(f)(*(np.zeros((0, *np.shape(x)), np.asarray(x).dtype) for x in xs))
    for out, one in zip(outs, f(*xs), strict=True):
        assert out.shape == (0, *np.shape(one))


def test_randomness() -> None:
    """What is drawn inside is the same for all; what is drawn outside is each element's own."""
    same = vmap(lambda x: x * 0 + np.random.default_rng(0).normal(size=2))(X)
    np.testing.assert_array_equal(same, np.broadcast_to(same[0], (3, 2)))
    draws = np.random.default_rng(0).normal(size=(3, 2))
    np.testing.assert_array_equal(vmap(lambda x, z: x + 2 * z)(X, draws), X[:, None] + 2 * draws)


def loss(w: Any, x: Any, y: Any) -> Any:
    return np.log1p(np.exp(-y * (np.tanh(x @ w["hidden"]) @ w["out"])))


WEIGHTS = {"hidden": TABLE.T[:, :2] / 9, "out": np.array([0.5, -2.0])}
SIGNS = np.array([1.0, -1.0, 1.0])


def test_gradients_of_each_sample() -> None:
    found = vmap(grad(loss, argnums=0), (None, 0, 0))(WEIGHTS, TABLE, SIGNS)
    rows = [grad(loss, argnums=0)(WEIGHTS, x, y) for x, y in zip(TABLE, SIGNS, strict=True)]
    for key in WEIGHTS:
        np.testing.assert_allclose(found[key], np.stack([row[key] for row in rows]))
    total = grad(lambda w: np.sum(vmap(loss, (None, 0, 0))(w, TABLE, SIGNS)))(WEIGHTS)
    for key in WEIGHTS:
        np.testing.assert_allclose(np.sum(found[key], axis=0), total[key])


def test_nesting() -> None:
    def energy(x: Any, shifts: Any) -> Any:
        return np.sum(vmap(lambda s: np.sum(np.sin(x * s) ** 2))(shifts))

    outer = vmap(grad(energy, argnums=0), (0, None))(TABLE, X)
    np.testing.assert_allclose(
        outer, looped(lambda x: plain.sum(plain.sin(2 * plain.outer(X, x)) * X[:, None], axis=0), TABLE)
    )
    again = grad(lambda t: np.sum(vmap(grad(energy, argnums=0), (0, None))(t, X) ** 2))(TABLE)
    step = 1e-6 * np.cos(TABLE)
    slope = (np.sum(vmap(grad(energy, argnums=0), (0, None))(TABLE + step, X) ** 2) - np.sum(outer**2)) / 1e-6
    np.testing.assert_allclose(np.sum(again * np.cos(TABLE)), slope, rtol=1e-4)
    hessians = vmap(lambda x: vmap(lambda t: jvp(grad(lambda y: plain.prod(y)), (x,), (t,))[1])(plain.eye(4)))(TABLE)
    assert hessians.shape == (3, 4, 4)
    np.testing.assert_allclose(hessians[1, 0, 3], TABLE[1, 1] * TABLE[1, 2])
    _, pull = vjp(lambda x: vmap(lambda row: row * np.max(row))(x), TABLE)
    rows = vmap(pull)(np.broadcast_to(np.eye(4)[:, None], (4, 3, 4)))[0]
    np.testing.assert_allclose(
        np.moveaxis(rows, 0, 1)[2], np.max(TABLE[2]) * np.eye(4) + np.outer(TABLE[2], np.eye(4)[3])
    )
    twice = vmap(vmap(lambda x, y: x * y, (0, None)), (None, 0), out_axes=1)(X, X[:2])
    np.testing.assert_array_equal(twice, np.outer(X, X[:2]))


def test_loops_with_conditions_of_their_own() -> None:
    np.testing.assert_allclose(
        vmap(lambda x: tapegrad.while_loop(lambda c: c < 10, lambda c: 2 * c, x))(X), [19.2, 11.2, 17.6]
    )


def test_what_is_shown() -> None:
    shown: Any = vmap(lambda x: (repr(x), str(x)), out_axes=None)(PLACES)
    assert shown == ("Variable([2, 0, 2], batch=3)", "[2 0 2]")


def test_one_run_for_any_length() -> None:
    """A longer batch takes not one call of Python more."""
    counts: list[int] = []

    def counted(frame: FrameType, event: str, arg: object) -> None:
        counts[-1] += event in ("call", "c_call")

    rng = np.random.default_rng(0)
    for length in (3, 3, 1000):  # what is looked up once is, in the first run
        x, y = rng.normal(size=(length, 4)), rng.normal(size=length)
        step = vmap(grad(loss, argnums=0), (None, 0, 0))
        counts.append(0)
        sys.setprofile(counted)
        try:
            step(WEIGHTS, x, y)
        finally:
            sys.setprofile(None)
    assert counts[1] == counts[2]
