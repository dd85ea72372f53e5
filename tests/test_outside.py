"""Derivatives of compiled functions: they run compiled, and are what they are of the function itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
import pickle
from typing import Any, TypeAlias

import numpy as np
import pytest

from tapegrad import Tape, errors, extend, no_grad, sparse, using_config
from tapegrad._program.checking import check
from tapegrad._program.derived import for_batch
from tapegrad._program.program import Program
from tapegrad._program.transformed import MOST, AnyLevel, Mapped, Pushed, Taped
from tapegrad._tree import flatten
from tests.untyped import (
    Function,
    checkpoint,
    compile,
    cond,
    custom_jvp,
    custom_vjp,
    elementwise_grad,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    linear_transpose,
    linearize,
    plain,
    scan,
    value_and_grad,
    vjp,
    vmap,
    while_loop,
)

Plain: TypeAlias = Callable[[Any], Any]
Change: TypeAlias = Callable[[Plain], Any]
X: Any = np.array([0.3, -0.7, 1.1])
W: Any = np.array([[0.2, -0.4, 0.9], [1.3, 0.1, -0.5], [0.7, 0.8, -1.2]])
BATCH: Any = np.array([X, X + 0.5, 2 * X, X[::-1]])


def smooth(x: Any) -> Any:
    return np.sum(np.tanh(W @ x) ** 2 * np.exp(-x))


def vector(x: Any) -> Any:
    return np.tanh(W @ x) * np.sin(x) + x[::-1]


def looped(x: Any) -> Any:
    last, rows = scan(lambda y, row: (np.tanh(y * row + 0.1), y * y), x, W)
    return np.sum(last) + np.sum(rows)


def chosen(x: Any) -> Any:
    return cond(x[0] > 0, lambda x: np.sum(np.sin(x)), lambda x: np.sum(x**3), x)


@custom_vjp(lambda x: (np.exp(x), np.exp(x)), lambda e, ct: (2.0 * ct * e,))
def ruled_in_reverse(x: Any) -> Any:
    return np.exp(x)


@custom_jvp(lambda x, dx: (np.exp(x[0]), 2.0 * dx[0] * np.exp(x[0])))
def ruled_forward(x: Any) -> Any:
    return np.exp(x)


def same(actual: Any, expected: Any, rtol: float = 1e-12) -> None:
    """The same trees of the same classes, shapes and dtypes."""
    found, wanted = flatten(actual), flatten(expected)
    assert found[1] == wanted[1]
    leaves: list[tuple[Any, Any]] = list(zip(found[0], wanted[0], strict=True))
    for a, b in leaves:
        assert type(a) is type(b)
        if hasattr(b, "dtype"):
            assert a.dtype == b.dtype
            np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol)
        else:
            assert a == b


def then(f: Plain, g: Plain) -> Plain:
    return lambda x: g(f(x))


def pushed(f: Plain) -> Plain:
    return lambda x: jvp(f, (x,), (x,))


def programs(whole: AnyLevel) -> Iterator[Program]:
    """A Program, and all that levels have made of it."""
    yield whole.program
    for made in whole.made.values():
        if isinstance(made, Taped):
            inner = [made.forward, *(pullback for pullback, _ in made.pullbacks.values())]
        else:
            inner = [made.forward] if isinstance(made, Pushed) else [made.batch] if isinstance(made, Mapped) else []
        for each in inner:
            yield from programs(each)


SCALARS: list[Plain] = [
    smooth,
    looped,
    chosen,
    lambda x: np.sum(ruled_in_reverse(x) * x),
    lambda x: np.sum(ruled_forward(x) * x),
    lambda x: np.sum(np.arctan2(x, x[::-1] ** 2) / (1.0 + x * x)),
]
OF_SCALARS: dict[str, Change] = {
    "grad": lambda f: grad(f)(X),
    "value_and_grad": lambda f: value_and_grad(f)(X),
    "jvp": lambda f: jvp(f, (X,), (W[0],)),
    "vmap": lambda f: vmap(f)(BATCH),
    "linearize": lambda f: linearize(f, X)[1](W[0]),
    "grad of grad": lambda f: grad(lambda x: np.sum(grad(f)(x) ** 2))(X),
    "hessian": lambda f: hessian(f)(X),
    "jacrev of grad": lambda f: jacrev(grad(f))(X),
    "hvp": lambda f: hvp(f, X, W[0]),
    "jvp of grad": lambda f: jvp(grad(f), (X,), (W[0],)),
    "grad of jvp": lambda f: grad(lambda x: jvp(f, (x,), (W[0],))[1])(X),
    "vmap of grad": lambda f: vmap(grad(f))(BATCH),
    "grad of vmap": lambda f: grad(lambda x: np.sum(vmap(f)(x) ** 2))(BATCH),
    "vmap of hessian": lambda f: vmap(hessian(f))(BATCH),
    "third order": lambda f: grad(lambda x: np.sum(hessian(f)(x)))(X),
    "grad of checkpoint": lambda f: grad(checkpoint(f))(X),
    "grad of compile of grad": lambda f: grad(lambda x: np.sum(compile(grad(f))(x)))(X),
    "in an eager function": lambda f: grad(lambda x: np.sin(f(np.cos(x))) * f(x))(X),
}
OF_VECTORS: dict[str, Change] = {
    "jacobian": lambda f: jacobian(f)(X),
    "jacrev": lambda f: jacrev(f)(X),
    "jacfwd": lambda f: jacfwd(f)(X),
    "jacfwd of jacrev": lambda f: jacfwd(jacrev(f))(X),
    "elementwise_grad": lambda f: elementwise_grad(f)(X),
    "vjp": lambda f: (vjp(f, X)[0], vjp(f, X)[1](X), vmap(vjp(f, X)[1])(BATCH)),
    "pickled pullback": lambda f: pickle.loads(pickle.dumps(vjp(f, X)[1]))(X),
}


@pytest.mark.parametrize("way", OF_SCALARS)
@pytest.mark.parametrize("f", SCALARS)
def test_as_of_the_function(f: Plain, way: str) -> None:
    compiled = compile(f)
    same(OF_SCALARS[way](compiled), OF_SCALARS[way](f), 1e-9)
    for entry in compiled.cache.entries.values():
        for program in programs(entry.at_levels):
            check(program)


@pytest.mark.parametrize("way", OF_VECTORS)
def test_as_of_the_function_with_several_outputs(way: str) -> None:
    same(OF_VECTORS[way](compile(vector)), OF_VECTORS[way](vector))


@pytest.mark.parametrize("way", [way for way in (*OF_SCALARS, *OF_VECTORS) if "compile" not in way])
def test_no_equation_is_gone_through(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """But by `linearize`, which sees that the pullback is linear, and what is loaded, and is recorded anew."""
    change, compiled = (OF_SCALARS | OF_VECTORS)[way], compile(smooth if way in OF_SCALARS else vector)
    wanted, gone_through = change(compiled), list[Program]()
    evaluate = Program.evaluate

    def noted(self: Program, *args: Any) -> Any:
        gone_through.append(self)
        return evaluate(self, *args)

    monkeypatch.setattr(Program, "evaluate", noted)
    same(change(compiled), wanted)
    assert bool(gone_through) == (way in ("linearize", "pickled pullback"))


class TestArguments:
    def test_trees(self) -> None:
        def f(p: Any, n: int, flag: str) -> Any:
            hidden = np.tanh(p["w"] @ p["x"][0])
            return {"loss": np.sum(hidden) * n, "count": n + 1, "flag": flag, "none": None, "most": np.argmax(hidden)}

        compiled, p = compile(f), {"w": W, "x": (X,)}
        same(grad(lambda p: compiled(p, 2, "a")["loss"])(p), grad(lambda p: f(p, 2, "a")["loss"])(p))
        same(vjp(lambda p: compiled(p, 2, "a"), p)[0], vjp(lambda p: f(p, 2, "a"), p)[0])
        same(jvp(lambda p: compiled(p, 2, "a"), (p,), (p,)), jvp(lambda p: f(p, 2, "a"), (p,), (p,)))

    def test_numbers(self) -> None:
        def f(x: Any, n: Any) -> Any:
            return np.sum((x * n) ** 2)

        x = X.astype(np.float32)
        same(grad(compile(f))(x, 2.5), grad(f)(x, 2.5), 1e-5)
        same(grad(compile(f), argnums=0)(x, 2.5), grad(f, argnums=0)(x, 2.5), 1e-5)
        same(grad(compile(f), argnums=0)(x, 2), grad(f, argnums=0)(x, 2), 1e-5)
        same(grad(compile(f), argnums=0)(np.array(1.5), 2), grad(f, argnums=0)(np.array(1.5), 2))

    def test_complex_ones(self) -> None:
        z = X + 1j * X[::-1]
        functions: list[Plain] = [lambda z: np.sum(np.abs(np.sin(z)) ** 2), lambda z: np.real(np.sum(z**3))]
        for f in functions:
            same(grad(compile(f))(z), grad(f)(z))
        same(*(jacobian(g, holomorphic=True)(z) for g in (compile(np.sin), np.sin)))

    def test_that_the_caller_writes_to_later(self) -> None:
        """Constants are copied, as by a tape; and so is what the caller gets."""

        @compile
        def f(x: Any, y: Any) -> Any:
            mask = y > 1.0
            return np.sum(plain.where(mask, np.exp(x * y), x)), mask, y * 2.0

        y = np.array([0.5, 1.5, 2.5])
        wanted = grad(lambda x: f(x, y)[0])(X)
        with Tape() as tape:
            x = tape.watch(X)
            out, mask, twice = f(x, y)
        y[:], mask[:], twice[:] = 7.0, False, 7.0
        np.testing.assert_array_equal(tape.gradient(out, x), wanted)

    def test_donated_ones_are_not(self) -> None:
        x = np.ones(20_000)
        np.testing.assert_array_equal(grad(lambda x: np.sum(compile(lambda x: x * 3.0, donate=0)(x)))(x), 3.0 + 0 * x)
        np.testing.assert_array_equal(x, 1.0)

    def test_static_ones(self) -> None:
        f = compile(lambda x, n: np.sum(x**n), static_argnums=1)
        same(grad(f, argnums=0)(X, 3), 3 * X**2)
        same(grad(f, argnums=0)(X, 2), 2 * X)

    def test_captured_ones_are_refused(self) -> None:
        with pytest.raises(errors.DomainError, match=r"test_outside.py:\d+.*Pass it as one"):
            grad(lambda y: compile(lambda x: x * y)(y * 2.0))(3.0)


class TestTapes:
    def test_one_node(self) -> None:
        with Tape() as tape:
            x = tape.watch(X, name="x")
            y = compile(smooth)(x)
        assert [node.primitive.name for node in tape.nodes] == ["watch", "compile(smooth)"]
        np.testing.assert_allclose(tape.gradient(y, x), grad(smooth)(X))
        np.testing.assert_allclose(tape.gradient(y, x, seed=2.0), 2 * grad(smooth)(X))

    def test_nothing_else(self) -> None:
        """No more at the first call, when all is recorded, than later."""
        compiled, counts = compile(smooth), list[int]()
        for _ in range(2):
            with Tape() as tape:
                vmap(grad(compiled))(tape.watch(BATCH))
            counts.append(len(tape.nodes))
        assert counts[0] == counts[1]

    def test_what_is_no_output_of_the_tape(self) -> None:
        """Outputs that have no derivative are plain, as eagerly."""

        def f(x: Any, y: Any) -> Any:
            with no_grad():
                paused = x * 2.0
            return x * 3.0, y * 2.0, x > 0, paused

        with Tape() as tape:
            outs = compile(f)(tape.watch(X), X)
            assert [type(out) is np.ndarray for out in outs] == [False, True, True, True]

    def test_paused(self) -> None:
        def f(x: Any) -> Any:
            with no_grad():
                y = compiled(x)
            assert isinstance(y, np.floating)
            return y * np.sum(x)

        compiled = compile(smooth)
        np.testing.assert_allclose(grad(f)(X), np.full(3, smooth(X)))


class TestOutputsWithoutCotangents:
    @staticmethod
    def both(x: Any) -> Any:
        h = np.tanh(W @ x)
        return np.sum(h * x), np.exp(W @ h), np.array([np.inf, 1.0, 0.0]) @ (W * x)

    def test_are_left_out(self) -> None:
        """Zero times infinity, in a product of matrices, would be nan."""
        compiled = compile(self.both)
        picks: list[Plain] = [lambda o: o[0], lambda o: np.sum(o[1]), lambda o: o[0] + np.sum(o[1])]
        for pick in picks:
            same(grad(then(compiled, pick))(X), grad(then(self.both, pick))(X))
        (entry,) = compiled.cache.entries.values()
        (taped,) = entry.at_levels.made.values()
        assert isinstance(taped, Taped)
        sizes = {given: len(pullback.program.equations) for given, (pullback, _) in taped.pullbacks.items()}
        assert sizes[True, False, False] < sizes[True, True, False]
        assert sizes[False, True, False] < sizes[True, True, False]

    def test_of_loops(self) -> None:
        def f(x: Any) -> Any:
            last, rows = scan(lambda y, row: (np.tanh(y * row), y * y), x, W)
            return np.sum(last), rows, np.concatenate([last, x])

        picks: list[Plain] = [lambda o: o[0], lambda o: np.sum(o[1][1]), lambda o: o[2][4]]
        for pick in picks:
            same(grad(then(compile(f), pick))(X), grad(then(f, pick))(X))

    def test_auxiliary_ones(self) -> None:
        def f(x: Any) -> Any:
            return np.sum(x**2), {"hidden": np.exp(x), "count": 3}

        same(grad(compile(f), has_aux=True)(X), grad(f, has_aux=True)(X))

    def test_zero_ones_stay_zero(self) -> None:
        def f(x: Any) -> Any:
            return np.sqrt(x), x

        x, compiled = np.array([0.0, 4.0]), compile(f)
        picks: list[Plain] = [lambda o: np.sum(o[0] * np.array([0.0, 1.0])), lambda o: np.sum(o[0] * 0.0)]
        for pick in (*picks, *picks):
            same(grad(then(compiled, pick))(x), grad(then(f, pick))(x))


class TestWhatIsKept:
    @staticmethod
    def kept(f: Function, *args: Any) -> int:
        """How many bytes the pullback of a compiled function reads, beside its arguments."""
        compiled = compile(f)
        vjp(compiled, *args)
        (entry,) = compiled.cache.entries.values()
        (taped,) = entry.at_levels.made.values()
        assert isinstance(taped, Taped)
        return sum(x.nbytes for x in taped.forward(*args)[taped.outputs :])

    def test_nothing_that_is_quickly_computed(self) -> None:
        x = np.linspace(0.0, 1.0, 1000)
        assert self.kept(lambda x: np.sum((x * 2.0 + 1.0) ** 2 * x[::-1] - x * (1.0 + x)), x) == 0
        assert self.kept(lambda x: np.sum(np.exp(x)), x) == x.nbytes
        assert self.kept(lambda x: np.exp(x), x) == 0  # it is the output
        assert self.kept(lambda x: np.sum(np.exp(x) * (np.exp(x) + 1.0)), x) == x.nbytes
        assert self.kept(lambda x, s: np.sum(np.sin(s)[:, None] * x), x, X) == 2 * X.nbytes

    def test_no_input_twice(self) -> None:
        out, pull = vjp(compile(lambda x, y: (x, x * y)), X, W)
        same(out, (X, X * W))
        same(pull((X, W)), (X + np.sum(W * W, 0), X * W))


class TestBatches:
    def test_one_program_for_each_size(self) -> None:
        compiled = compile(smooth)
        for size in (1, 4, 4, 7, 0):
            x = np.resize(BATCH, (size, 3))
            same(vmap(compiled)(x), vmap(smooth)(x))
        (entry,) = compiled.cache.entries.values()
        assert len(entry.at_levels.made) == 4
        for size in range(8, MOST + 20):
            vmap(compiled)(np.resize(BATCH, (size, 3)))
        assert len(entry.at_levels.made) == MOST

    def test_many_calls_are_not_written_out(self) -> None:
        @extend.primitive(x=None, batch=extend.loop)
        def each(x: Any) -> Any:
            return np.cumsum(x)

        compiled = compile(lambda x: each(x) + 1.0)
        same(vmap(compiled)(BATCH), np.cumsum(BATCH, 1) + 1.0)
        assert for_batch(compiled.program(X), [BATCH], [0]) is None

        def one_call(x: Any) -> Any:
            return np.sort(np.clip(x, -0.5, 0.5)) * np.linalg.norm(x) + np.fft.fft(x).real

        derived = for_batch(compile(one_call).program(X), [BATCH], [0])
        assert derived is not None
        same(derived.program.evaluate([BATCH]), [vmap(one_call)(BATCH)])

    def test_integers(self) -> None:
        f = compile(lambda x, n: (x * n, n + 1))
        same(vmap(f)(BATCH, np.arange(4)), (BATCH * np.arange(4.0)[:, None], np.arange(4) + 1))


class TestThroughTheEquations:
    """Where a level, or what is configured, is about the operations themselves."""

    def test_without_a_rule_that_can_be_recorded(self) -> None:
        def f(x: Any) -> Any:
            return np.sum(while_loop(lambda y: np.sum(y) < 50.0, lambda y: y * 1.5 + 1.0, x))

        same(grad(compile(f))(X), grad(f)(X))
        same(jvp(compile(f), (X,), (X,)), jvp(f, (X,), (X,)))

    def test_checks_of_values(self) -> None:
        compiled = compile(lambda x: np.sum(np.log(x - x)))
        refused = pytest.raises(FloatingPointError, match=r"^log gave")
        with np.errstate(all="ignore"), using_config(check_finite=True), refused:
            grad(compiled)(X)

    def test_results_that_a_checkpoint_keeps(self) -> None:
        same(grad(checkpoint(compile(smooth), policy=("matmul",)))(X), grad(smooth)(X))

    def test_linear_functions(self) -> None:
        same(linear_transpose(compile(lambda x: W @ x), X)(X), (X @ W,))
        with pytest.raises(TypeError, match=r"^linear_transpose: square is not linear.*square at"):
            linear_transpose(compile(plain.square), X)

    def test_sparsity(self) -> None:
        same(sparse.sparse_jacobian(compile(plain.square))(X).toarray(), np.diag(2 * X))


@pytest.mark.parametrize("change", [grad, vmap, pushed])
def test_a_recording_has_the_operations(change: Change) -> None:
    """So that what is compiled around it is simplified with it."""
    x = BATCH if change is vmap else X
    names = [[eq.primitive.name for eq in compile(change(f)).program(x).equations] for f in (smooth, compile(smooth))]
    assert sorted(names[0]) == sorted(names[1])


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_backends(backend: str) -> None:
    if backend == "numba":
        pytest.importorskip("numba")
    compiled = compile(smooth, backend=backend)
    same(grad(compiled)(X), grad(smooth)(X))
    (entry,) = compiled.cache.entries.values()
    (taped,) = entry.at_levels.made.values()
    assert isinstance(taped, Taped)
    assert taped.forward.backend == backend
    same(vmap(grad(compiled))(BATCH), vmap(grad(smooth))(BATCH))


def test_threads() -> None:
    compiled = compile(smooth)
    rows = [X * scale for scale in np.linspace(0.1, 2.0, 60)]
    with ThreadPoolExecutor(8) as pool:
        for actual, x in zip(pool.map(grad(compiled), rows), rows, strict=True):
            same(actual, grad(smooth)(x))


def test_methods() -> None:
    class Layer:
        @compile
        def __call__(self, x: Any) -> Any:
            return smooth(x)

    same(grad(Layer())(X), grad(smooth)(X))


def test_errors_name_the_line() -> None:
    f = compile(plain.linalg.inv)
    with pytest.raises(np.linalg.LinAlgError):
        grad(lambda x: np.sum(f(x)))(np.zeros((2, 2)))
