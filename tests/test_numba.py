"""The numba backend: what kernels compute is what NumPy does."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
import importlib.util
from pathlib import Path
import pickle
import subprocess
import sys
from types import ModuleType
from typing import Any, TypeAlias
import warnings

from hypothesis import HealthCheck, given, settings, strategies as st
import numpy as np
from numpy.typing import NDArray
import pytest

from tapegrad import compile, grad, value_and_grad
from tapegrad._program import compiled
from tapegrad._program.kernels import files, function, mathematics, segments
from tapegrad._tree import flatten
from tests import test_compile, test_random_programs, test_structured
from tests.rules import test_compiled
from tests.rules.row import Row
from tests.rules.rows import ROWS
from tests.test_compile import assert_equal, goldstein, wave
from tests.untyped import cond, plain, scan

Array = NDArray[np.float64]
numba: Any = partial(compile, backend="numba")
SPECIAL = (
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -2.5,
    3.0,
    np.inf,
    -np.inf,
    np.nan,
    1e-310,
    1e-20,
    709.7,
    710.0,
    -745.0,
    1e9,
    -1e300,
)
needs_numba = pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="numba is not installed")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path_factory.getbasetemp() / "kernels"
    monkeypatch.setenv(files.VARIABLE, str(home))
    return home


def as_python(source: str) -> ModuleType:
    """Kernels without numba: the same source as plain Python."""
    made = ModuleType("kernels")
    vars(made)["njit"] = decorator
    exec(source.replace("from numba import njit", ""), vars(made))
    return made


def decorator(**_: Any) -> Callable[..., Any]:
    return quiet


def quiet(f: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            return f(*args)

    return call


@contextmanager
def plainly() -> Generator[None]:
    """All that can be a kernel is one, and runs as plain Python, wherever tests compile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(function, "module", as_python)
        patch.setattr(function, "require_numba", lambda: None)
        patch.setattr(compiled, "require_numba", lambda: None)
        patch.setattr(segments, "FEWEST", 1)
        for module in (test_compile, test_compiled, test_random_programs, test_structured):
            patch.setattr(module, "compile", numba)
        yield


class TestFormulas:
    """What is computed, in kernels that run as plain Python."""

    @pytest.mark.parametrize("row", list(ROWS.values())[::40], ids=list(ROWS)[::40])
    def test_row(self, row: Row) -> None:
        with plainly():
            test_compiled.test_row(row)

    @pytest.mark.parametrize("f", test_structured.FUNCTIONS)
    @pytest.mark.parametrize("way", test_structured.WAYS)
    def test_loops_and_choices(self, f: Any, way: str) -> None:
        with plainly():
            test_structured.test_compiled_as_eager(f, way)

    @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        program=test_random_programs.steps(),
        shapes=st.lists(
            st.tuples(st.sampled_from(test_random_programs.SHAPES), st.sampled_from(test_random_programs.DTYPES)),
            min_size=1,
            max_size=3,
        ),
        seed=st.integers(0, 2**32 - 1),
    )
    def test_random_programs(self, program: Any, shapes: Any, seed: int) -> None:
        test: Any = test_random_programs.test_compiled_as_eager
        with plainly():
            test.hypothesis.inner_test(program, shapes, seed)

    @pytest.mark.parametrize("name", ["exp", "expm1", "log", "log1p", "tanh", "sin", "cos"])
    def test_elementary_functions(self, name: str) -> None:
        rng = np.random.default_rng(0)
        own, numpys = getattr(mathematics, name), getattr(np, name)
        with np.errstate(all="ignore"):
            sizes = 10.0 ** rng.uniform(-12, 5.9, 300)
            for x in map(np.float64, (*SPECIAL, *rng.normal(size=300), *sizes, *-sizes)):
                if name not in ("sin", "cos") or not mathematics.is_far(x):
                    wanted = numpys(x)
                    rtol = 1e-15 if name in ("tanh", "expm1") else 5e-16
                    np.testing.assert_allclose(own(x), wanted, rtol=rtol, atol=1e-320, err_msg=str(x))
                    assert np.isnan(wanted) or np.signbit(own(x)) == np.signbit(wanted)


Step: TypeAlias = Callable[[Any, Any], tuple[Any, Any]]


def by_product(c: Any, r: Any) -> tuple[Any, Any]:
    weights = np.arange(6.0).reshape(2, 3)
    turned: Any = c @ weights @ (weights.T * 0.01)
    return plain.tanh(turned + r), np.sum(c)


def by_solution(c: Any, r: Any) -> tuple[Any, Any]:
    return plain.linalg.solve(np.array([[2.0, 1.0], [0.0, 1.0]]), np.sin(c) * r + c * r - 1.0), c


def by_choice(c: Any, r: Any) -> tuple[Any, Any]:
    return cond(np.sum(c) > 1.0, lambda c: c * 0.5, lambda c: np.cos(c) + r, c), (c[::-1], c[:1])


def by_far(c: Any, r: Any) -> tuple[Any, Any]:
    return np.sin(c * 1e9) + r, c


STEPS: dict[Step, bool] = {by_far: True, by_product: True, by_solution: False, by_choice: True}
"""Whether all of a step can be machine code."""


class TestLoops:
    """Loops without Python, where all that is in them can be kernels."""

    @pytest.mark.parametrize("step", STEPS)
    @pytest.mark.parametrize("scale", [1.0, 1e7])
    def test_scan(self, step: Step, scale: float) -> None:
        def f(x: Any, rows: Any) -> Any:
            return scan(step, x, rows)

        args = np.array([0.3, -0.2]) * scale, np.linspace(0, 1, 10).reshape(5, 2)
        with plainly():
            compiled = numba(f)
            source = compiled.source(*args).rpartition("def program")[2]
            assert ("for " not in source) is STEPS[step]
            for a, b in zip(flatten(compiled(*args))[0], flatten(f(*args))[0], strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-12)
                assert a.dtype == b.dtype
        assert compiled.program(*args) == compile(f).program(*args)

    def test_while(self) -> None:
        with plainly():
            compiled = numba(test_structured.newton)
            assert compiled(np.float32(4.0)) == np.float32(2.0)
            assert "while " not in compiled.source(np.float32(4.0)).rpartition("def program")[2]

    @needs_numba
    def test_machine_code(self) -> None:
        def f(x: Any, rows: Any) -> Any:
            carry, ys = scan(lambda c, r: (c * np.tanh(x) + np.sum(r), c * r), np.zeros(()), rows)
            return carry + np.sum(ys**2)

        args = 0.9, np.linspace(0, 1, 20_000).reshape(10_000, 2)
        found = numba(value_and_grad(f, argnums=(0, 1)))(*args)
        wanted = compile(value_and_grad(f, argnums=(0, 1)))(*args)
        for a, b in zip(flatten(found)[0], flatten(wanted)[0], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-11)


def raised(n: float, x: Any) -> Any:
    return x**n


UNARY: Sequence[Callable[[Any], Any]] = (
    *(
        np.negative,
        np.positive,
        np.square,
        np.reciprocal,
        np.sqrt,
        np.abs,
        np.fabs,
        np.sign,
        np.floor,
        np.ceil,
        np.trunc,
    ),
    *(
        np.exp,
        np.expm1,
        np.log,
        np.log1p,
        np.log2,
        np.log10,
        np.tanh,
        np.sin,
        np.cos,
        np.tan,
        np.sinh,
        np.cosh,
    ),
    *(np.arcsin, np.arccos, np.arctan, np.arcsinh, np.arccosh, np.arctanh, np.degrees, np.radians),
    *(np.isnan, np.isinf, np.isfinite, np.signbit, lambda x: ~(x > 0), lambda x: (x > 0).astype(x.dtype)),
    *(partial(raised, n) for n in (-2, -1, 0, 0.5, 1, 2, 3, 4, 5, 2.5)),
    *(lambda x: np.where(x > 0, x, -1.0), lambda x: np.clip(x, -1.0, 1.0), lambda x: x * np.inf, lambda x: 2 - x),
)
BINARY: Sequence[Callable[[Any, Any], Any]] = (
    *(np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum, np.fmax, np.fmin, np.copysign, np.hypot),
    *(np.power, np.arctan2, np.logaddexp, np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal),
    *(lambda x, y: (x > 0) & (y > 0), lambda x, y: (x > 0) | (y > 0), lambda x, y: (x > 0) ^ (y > 0)),
)

EITHER: Sequence[Any] = (np.maximum, np.minimum, np.fmax, np.fmin)


def assert_near(found: Any, wanted: Any) -> None:
    """Equal but for the last places of what is added up."""
    for a, b in zip(flatten(found)[0], flatten(wanted)[0], strict=True):
        assert type(a) is type(b)
        np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-15)


def everything(x: Any, y: Any) -> Any:
    return *(f(x) for f in UNARY), *(f(x, y) for f in BINARY)


def assert_like_numpy(x: Any, y: Any, rtol: float) -> None:
    with np.errstate(all="ignore"):
        found, wanted = numba(everything)(x, y), everything(x, y)
    for f, a, b in zip((*UNARY, *BINARY), found, wanted, strict=True):
        assert np.shape(a) == np.shape(b)
        assert a.dtype == b.dtype
        np.testing.assert_allclose(
            a, b, rtol=rtol, atol=0 if b.dtype == bool else np.finfo(b.dtype).smallest_normal, err_msg=str(f)
        )
        if f not in EITHER:  # of 0.0 and -0.0 NumPy gives either
            shown = ~np.isnan(b)
            np.testing.assert_array_equal(np.signbit(a)[shown], np.signbit(b)[shown], err_msg=str(f))


@needs_numba
class TestMachineCode:
    @pytest.mark.filterwarnings("ignore::RuntimeWarning")
    @pytest.mark.parametrize("dtype", [np.float64, np.float32])
    def test_every_formula(self, dtype: Any) -> None:
        pairs = np.array([(x, y) for x in SPECIAL for y in SPECIAL]).astype(dtype)
        x, y = np.ascontiguousarray(pairs.T)
        assert_like_numpy(x, y, 1e-15 if dtype is np.float64 else 3e-7)

    @pytest.mark.filterwarnings("ignore::RuntimeWarning")
    def test_every_formula_of_single_numbers(self) -> None:
        for x, y in zip(SPECIAL, SPECIAL[5:] + SPECIAL[:5], strict=True):
            assert_like_numpy(np.float64(x), np.float64(y), 1e-15)

    def test_complex_numbers(self) -> None:
        def f(x: Any, y: Any) -> Any:
            return x + y, x - 2.0, x * y, -x, np.conj(x), np.where(x == y, x, 1j), np.sum(x * y, axis=0), x != y

        rng = np.random.default_rng(0)
        x, y = rng.normal(size=(2, 30, 4)) + 1j * rng.normal(size=(2, 30, 4))
        assert_equal(numba(f)(x, y), f(x, y))

    def test_whole_numbers(self) -> None:
        def f(x: Any, n: Any) -> Any:
            return n * n - 3, n + x, n / 2, n > x, np.where(n > 2, n, -n), np.sum(n * n), np.count_nonzero(n > 1)

        assert_equal(numba(f)(np.linspace(0, 5, 7), np.arange(7)), f(np.linspace(0, 5, 7), np.arange(7)))

    def test_places_and_slices(self) -> None:
        def f(x: Any, w: Any) -> Any:
            y = np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2) + np.sum(x[::2] * 3.0 + x[::-2]) + np.sum(x[2] * w.T * w[1])
            return y + np.sum(np.mean(w * x[:3], axis=1) * np.max(w * w, axis=0))

        x, w = np.linspace(-1, 2, 9), np.linspace(-1, 1, 9).reshape(3, 3)
        assert "def kernel" in numba(grad(f, argnums=(0, 1))).source(x, w)
        assert_equal(numba(value_and_grad(f, argnums=(0, 1)))(x, w), value_and_grad(f, argnums=(0, 1))(x, w))
        assert_equal(numba(f)(x[::-1], w.T), f(x[::-1], w.T))

    @pytest.mark.parametrize("n", [3, 1_000, 200_001])
    def test_long_arrays(self, n: int) -> None:
        x = np.linspace(-3, 3, n)
        assert_near(numba(value_and_grad(wave))(x), value_and_grad(wave)(x))

    @pytest.mark.filterwarnings("ignore::RuntimeWarning")
    def test_infinite_slopes(self) -> None:
        def f(x: Array, y: Array) -> Any:
            return np.sum(x / y - np.where(x > 0, np.log(x), 0.0) * y + np.where(x > 0, np.sqrt(np.abs(x)), 0.0) * x)

        slopes = grad(f, argnums=(0, 1))
        x, y = np.array([1.0, 0.0, -1.0, np.inf, 0.0, 4.0, np.nan]), np.array([0.0, 0.0, 0.0, 2.0, 3.0, -np.inf, 1.0])
        assert_near(numba(slopes)(x, y), slopes(x, y))
        for u, v in zip(x, y, strict=True):
            assert_near(numba(slopes)(u, v), slopes(u, v))

    @pytest.mark.parametrize("n", [10, 100_000])
    def test_sines_of_large_numbers(self, n: int) -> None:
        def f(x: Array) -> Any:
            return np.sin(x) + np.cos(x) * x, np.sum(np.sin(x))

        x = np.linspace(0, 1e12, n)
        for a, b in zip(numba(f)(x), f(x), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-13)

    def test_rows_on_threads(self) -> None:
        rng = np.random.default_rng(0)
        data, weights = rng.normal(size=(3_001, 1, 7)), rng.normal(size=(5, 7))

        def f(w: Array) -> Any:
            z = np.sum((data - w) ** 2, axis=2)
            top = np.max(z, axis=1, keepdims=True)
            share = np.exp(z - top)
            return np.sum(np.log(np.sum(share, axis=1)) + top[:, 0]), np.sum(share, axis=0, keepdims=True), share[:, 1:]

        def loss(w: Array) -> np.float64:
            total: np.float64 = f(w)[0]
            return total

        assert "blocks(kernel" in numba(f).source(weights)
        assert_equal(numba(f)(weights), f(weights))
        assert_equal(numba(grad(loss))(weights), grad(loss)(weights))

    def test_from_several_threads(self) -> None:
        c = numba(grad(wave))
        x = np.linspace(-1, 1, 100_000)
        wanted = grad(wave)(x)
        with ThreadPoolExecutor(4) as pool:
            for out in pool.map(c, [x] * 8):
                assert_near(out, wanted)

    def test_pickles(self) -> None:
        c = numba(goldstein)
        again = pickle.loads(pickle.dumps(c))
        assert again == c
        assert again != compile(goldstein)
        assert_equal(again(1.0, 2.0), goldstein(1.0, 2.0))

    def test_results_share_memory_with_nothing(self) -> None:
        def f(x: Array) -> Any:
            y = x * 2.0 + 1.0 - x
            return x, y, y, y.reshape(3, 1), x[1:], np.sum(y * y, keepdims=True)

        x = np.arange(3.0)
        first = numba(f)(x)
        assert_equal(first, f(x))
        for i, a in enumerate(first):
            assert not any(np.shares_memory(a, other) for other in (x, *first[:i]))


@needs_numba
class TestFiles:
    def test_kept_on_disk(self, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(files.VARIABLE, str(tmp_path / "new"))
        program = (
            "import numpy as np; from tapegrad import compile; "
            "print(compile(lambda x: np.sum(np.exp(x) * x + 1.25), backend='numba')(np.arange(4.0)))"
        )
        found = [
            subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
            for _ in "ab"
        ]
        assert found[0] == found[1]
        [kernels] = (tmp_path / "new").glob("*.py")
        assert "def kernel1" in kernels.read_text()
        assert len(list((tmp_path / "new").rglob("*.nbc"))) == 1
        assert not list((tmp_path / "new").glob("*.tmp"))

    def test_a_directory_that_cannot_be_written(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "file").write_text("")
        monkeypatch.setenv(files.VARIABLE, str(tmp_path / "file" / "below"))
        x = np.arange(5.0)

        def f(x: Array) -> Array:
            out: Array = x * x + 0.125 / (1 + x)
            return out

        assert_equal(numba(f)(x), f(x))

    def test_a_file_that_somebody_changed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(files.VARIABLE, str(tmp_path))
        path = files._file("some_kernels", "x = 1\n")
        path.write_text("x = 2\n")
        assert files._file("some_kernels", "x = 1\n").read_text() == "x = 1\n"

    @pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
    def test_the_users_own_directory(self, platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(files.VARIABLE)
        monkeypatch.setattr(sys, "platform", platform)
        assert files.directory().name == "tapegrad"
        assert files.directory().is_absolute()


def test_the_other_order_of_bytes_is_numpys() -> None:
    x = np.linspace(0.0, 1.0, 5).astype(">f8")

    def f(x: Any) -> Any:
        return np.sin(x) * 2.0 + x

    np.testing.assert_allclose(compile(f, backend="numba")(x), f(x), rtol=1e-15)


class TestErrors:
    def test_without_numba(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def nothing(name: str) -> None:
            return None

        monkeypatch.setattr(files, "find_spec", nothing)
        with pytest.raises(ImportError, match=r"tapegrad\[numba\]"):
            compile(goldstein, backend="numba")

    def test_no_such_backend(self) -> None:
        with pytest.raises(ValueError, match="no backend 'cuda'; it has 'numpy' and 'numba'"):
            compile(goldstein, backend="cuda")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]  # wrong on purpose

    def test_numba_is_not_imported_for_numpy(self) -> None:
        program = "import sys, tapegrad; tapegrad.compile(lambda x: x * 2.0)(1.0); assert 'numba' not in sys.modules"
        subprocess.run([sys.executable, "-c", program], check=True)


def test_a_part_without_axes_is_a_number_to_a_kernel() -> None:
    def f(x: Any, y: Any) -> Any:
        return np.hypot(np.roll(y, 1), x) * np.sin(y)

    x, y = np.array(1.0), np.array(2.0)
    np.testing.assert_allclose(numba(f)(x, y), f(x, y), rtol=1e-14)
    np.testing.assert_allclose(numba(grad(f))(x, y), grad(f)(x, y), rtol=1e-14)
