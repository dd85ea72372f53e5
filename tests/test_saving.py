"""Programs as files: they come back equal, with every bit; foreign and damaged files are refused; nothing is run."""

from __future__ import annotations

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
import pytest

from tapegrad import extend
from tapegrad._program.constants import constant
from tapegrad._tree import flatten
from tapegrad.program import Program, check, load, optimised, save
from tests.rules.laws import on_leaves, random_like
from tests.rules.rows import ROWS
from tests.untyped import Function, compile, cond, fori_loop, grad, jvp, plain, scan, trace, vjp, while_loop

Array = NDArray[np.float64]


def tree_leaves(tree: Any) -> list[Any]:
    return flatten(tree)[0]


def assert_round_trip(program: Program, folder: Path) -> Program:
    save(program, folder / "program")
    loaded = load(folder / "program")
    assert loaded == program
    assert hash(loaded) == hash(program)
    assert str(loaded) == str(program)
    return loaded


def loop(x: Array, rows: Array) -> Any:
    def step(carry: Array, row: Array) -> tuple[Array, Any]:
        carry = fori_loop(0, 3, lambda i, c: np.cos(c) + row, carry)
        return carry, cond(carry[0] > 0.5, lambda c: c[0] * 2.0, lambda c: c[1] ** 2, carry)

    last, ys = scan(step, x, rows)
    return np.sum(last) + np.sum(ys)


def until(x: Array) -> Any:
    return while_loop(lambda c: np.sum(c) < 100.0, lambda c: c * 2.0 + 1.0, x)


def at(f: Function, *args: Any) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    return f, args


def as_recorded(program: Program) -> Program:
    return program


STRUCTURED = {
    "loops and choices": at(loop, np.ones(2), np.linspace(0, 1, 6).reshape(3, 2)),
    "their gradient": at(grad(loop), np.ones(2), np.linspace(0, 1, 6).reshape(3, 2)),
    "forward over reverse": at(lambda x, r: jvp(grad(loop), (x, r), (x, r)), np.ones(2), np.ones((3, 2))),
    "while": at(until, np.ones(2)),
    "while, forward": at(lambda x: jvp(until, (x,), (x,)), np.ones(2)),
}


@pytest.mark.parametrize("passes", [as_recorded, optimised], ids=["recorded", "optimised"])
@pytest.mark.parametrize(("f", "args"), STRUCTURED.values(), ids=STRUCTURED)
def test_loops_and_choices(
    f: Callable[..., Any], args: tuple[Any, ...], passes: Callable[[Program], Program], tmp_path: Path
) -> None:
    program = passes(trace(f)(*args))
    check(program)
    loaded = assert_round_trip(program, tmp_path)
    wanted, found = f(*args), loaded(*args)
    compiled = compile(loaded)(*args)
    for a, b, c in zip(*map(tree_leaves, (found, compiled, wanted)), strict=True):
        np.testing.assert_allclose(a, c)
        np.testing.assert_allclose(b, c)


@pytest.mark.parametrize("name", [name for i, name in enumerate(ROWS) if i % 12 == 0 or name.startswith("scipy eigh")])
def test_rows(name: str, tmp_path: Path) -> None:
    f, xs = on_leaves(ROWS[name])
    cts = random_like(f(*xs))
    try:
        program = trace(lambda xs, cts: vjp(f, *xs)[1](cts))(tuple(xs), cts)
    except Exception:  # results of unknown size, which no Program can hold
        return
    if "sampled" in str(program):  # its parameter is equal only to itself
        save(program, tmp_path / "program")
        assert str(load(tmp_path / "program")) == str(program)
    else:
        assert_round_trip(program, tmp_path)


SEVERAL: Any = [
    *(1, 2**70, True, 1.5, -0.0, np.nan, -np.nan, np.inf, 1j, complex(np.nan, -0.0), None),
    *(np.float32(0.1), np.float64(-np.nan), np.complex64(1j), np.int8(-3), np.bool(True), np.longdouble(1) / 3),
    *(np.zeros(()), np.zeros((0, 3)), np.ones((2, 3)), -np.zeros(4), np.asfortranarray(np.arange(6.0).reshape(2, 3))),
    *(np.array([np.nan, -0.0, np.inf]), np.arange(3) * 1j, np.array([True, False]), np.arange(100_000, dtype=">f4")),
]


@pytest.mark.parametrize("value", SEVERAL, ids=lambda value: f"{type(value).__name__} {np.shape(value)}")
def test_constants(value: Any, tmp_path: Path) -> None:
    program = trace(lambda x: {"out": (x, value), "other": [value]})(1.0)
    first, second = assert_round_trip(program, tmp_path)(1.0)["out"]
    assert first == 1.0
    assert type(second) is type(value)
    assert constant(second) == constant(value)


def test_indices_and_dtypes(tmp_path: Path) -> None:
    def f(x: Any) -> Any:
        rows = x[np.array([1, 0])][..., ::-1]
        return rows[1:, None, ..., -1], x[:, [2, 0]].astype(np.complex64), np.where(x > 0, x, np.int8(2)).T

    x = np.arange(12.0).reshape(3, 4)
    loaded = assert_round_trip(trace(f)(x), tmp_path)
    for a, b in zip(loaded(x), f(x), strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


def test_what_repeats_takes_no_room(tmp_path: Path) -> None:
    x = np.linspace(0, 1, 100_000)
    assert_round_trip(trace(grad(lambda x: np.sum(x * np.ones(100_000))))(x), tmp_path)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 5_000


def test_names_of_files(tmp_path: Path) -> None:
    program = trace(np.sin)(1.0)
    save(program, tmp_path / "version 1.5")
    save(program, str(tmp_path / "other.json"))
    assert {file.name for file in tmp_path.iterdir()} == {f"{n}.{s}" for n in ("version 1.5", "other") for s in FILES}
    assert load(str(tmp_path / "version 1.5.json")) == load(tmp_path / "other") == program
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nothing")


FILES = ("json", "npz")


class TestErrors:
    def test_a_primitive_of_the_users_own(self, tmp_path: Path) -> None:
        @extend.primitive(x=extend.Partial(lambda x: 2 * x))
        def squared(x: Any) -> Any:
            return x * x

        with pytest.raises(TypeError, match=r"squared is not one of tapegrad's own"):
            save(trace(squared)(2.0), tmp_path / "program")
        assert not list(tmp_path.iterdir())

    def test_a_compiled_function_is_no_program(self, tmp_path: Path) -> None:
        compiled: Any = compile(np.sin)
        with pytest.raises(TypeError, match=r"compile\(f\)\.program\(\*args\)"):
            save(compiled, tmp_path / "program")

    def test_keys_that_are_no_strings(self, tmp_path: Path) -> None:
        with pytest.raises(TypeError, match=r"cannot be saved as JSON.*pickle"):
            save(trace(lambda x: {1: x})(2.0), tmp_path / "program")

    def damaged(self, folder: Path, change: Callable[[Any], Any]) -> None:
        save(trace(grad(lambda x: np.sum(np.sin(x) * np.arange(3.0))))(np.ones(3)), folder / "p")
        text = json.loads((folder / "p.json").read_text())
        (folder / "p.json").write_text(json.dumps(change(text)))

    CHANGES: ClassVar[list[Function]] = [
        lambda text: {},
        lambda text: [],
        lambda text: text | {"tapegrad program": 99},
        lambda text: text | {"equations": text["equations"][1:]},
        lambda text: text | {"equations": [{**text["equations"][0], "primitive": "os.system"}]},
        lambda text: text | {"equations": [{**text["equations"][0], "primitive": {"scan": {"carry": 1}}}]},
        lambda text: text | {"equations": [{**text["equations"][0], "inputs": [{"literal": {"eval": "1"}}]}]},
        lambda text: text | {"specs": []},
        lambda text: text | {"specs": [[[3], "|O"]] * len(text["specs"])},
        lambda text: text | {"arrays": [[[4], "<f8"]]},
        lambda text: text | {"structure": {"set": ["*"]}},
        lambda text: text | {"structure": {"tuple": ["*", "*"]}},
        lambda text: text | {"inputs": [["a", "b"]]},
    ]

    @pytest.mark.parametrize("change", CHANGES)
    def test_damaged_equations(self, change: Callable[[Any], Any], tmp_path: Path) -> None:
        self.damaged(tmp_path, change)
        with pytest.raises(ValueError, match=r"p\.json and p\.npz hold no Program that tapegrad.program.save wrote"):
            load(tmp_path / "p")

    @pytest.mark.parametrize("cut", [0, 10, 300, -1])
    @pytest.mark.parametrize("suffix", FILES)
    def test_cut_files(self, suffix: str, cut: int, tmp_path: Path) -> None:
        self.damaged(tmp_path, lambda text: text)
        file = tmp_path / f"p.{suffix}"
        file.write_bytes(file.read_bytes()[:cut])
        with pytest.raises(ValueError, match="hold no Program"):
            load(tmp_path / "p")

    def test_arrays_of_another_program(self, tmp_path: Path) -> None:
        self.damaged(tmp_path, lambda text: text)
        plain.savez(tmp_path / "p.npz", **{"0": np.array([object()])})
        with pytest.raises(ValueError, match="hold no Program"):
            load(tmp_path / "p")
        plain.savez(tmp_path / "p.npz", **{"0": np.zeros(5)})
        with pytest.raises(ValueError, match="belongs to another Program"):
            load(tmp_path / "p")


def test_outputs_are_named_and_typed() -> None:
    def f(p: dict[str, Any]) -> Any:
        return {"loss": np.sum(p["w"]), "rest": (p["w"], 1)}

    assert str(trace(f)({"w": np.ones((2, 3), np.float32)})).splitlines() == [
        "p['w']             :  float32[2,3]  input",
        "%0                 :  float32       sum p['w'], (0, 1), False",
        "return['loss']     :  float32       %0",
        "return['rest'][0]  :  float32[2,3]  p['w']",
        "return['rest'][1]  :  int64         1",
    ]


def test_loops_show_what_is_inside() -> None:
    program = trace(lambda x: fori_loop(0, 4, lambda i, x: np.sin(x), x))(1.0)
    assert str(program).splitlines()[-4:] == [
        "scan %1, body:",
        "    x0         :  float64  input",
        "    %0         :  float64  sin x0",
        "    return[0]  :  float64  %0",
    ]
