"""Pickles: every transform and every result of one, in this process and in others, and what cannot be pickled."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
import copy
from functools import partial
import inspect
import multiprocessing
from pathlib import Path
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from tapegrad._tree import flatten
from tests import pickled
from tests.pickled import DECORATED, EVERYTHING, PARAMS, RESULTS, TRANSFORMED, X, call
from tests.untyped import checkpoint, custom_jvp, grad, hessian, jacfwd, jacrev, jvp, linearize, vjp, vmap

ROOT = Path(__file__).resolve().parent.parent
PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)


def assert_same(found: Any, wanted: Any) -> None:
    """The same structure, types and numbers."""
    ours, theirs = flatten(found), flatten(wanted)
    assert ours[1] == theirs[1]
    for a, b in zip(ours[0], theirs[0], strict=True):
        assert type(a) is type(b)
        np.testing.assert_allclose(a, b, rtol=1e-13)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", EVERYTHING)
def test_a_round_trip(name: str, protocol: int) -> None:
    function, arguments = EVERYTHING[name]
    again = pickle.loads(pickle.dumps(function, protocol))
    assert_same(again(*arguments), call(EVERYTHING[name]))
    assert repr(again) == repr(function) or " at 0x" in repr(function)
    if name in TRANSFORMED:
        assert again == function
        assert hash(again) == hash(function)
        assert again.__name__ == function.__name__
        assert again.__doc__ == function.__doc__
        if inspect.isfunction(inspect.unwrap(function)):  # NumPy's own have no signature in its older versions
            assert inspect.signature(again) == inspect.signature(function)
    if name in DECORATED:
        assert again is function


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
@pytest.mark.parametrize("name", EVERYTHING)
def test_copies(name: str, duplicate: Callable[[Any], Any]) -> None:
    function, arguments = EVERYTHING[name]
    twin = duplicate(function)
    assert_same(twin(*arguments), call(EVERYTHING[name]))
    if name in TRANSFORMED | DECORATED:
        assert twin == function
        assert hash(twin) == hash(function)


@pytest.mark.parametrize("name", [name for name in RESULTS if "decorated" not in name])
def test_a_result_stays_differentiable(name: str) -> None:
    """Loaded pullbacks and linear maps nest as the originals do: in forward mode, in reverse, under vmap."""
    function, arguments = RESULTS[name]
    again = pickle.loads(pickle.dumps(function))
    assert_same(vjp(again, *arguments)[1](again(*arguments)), vjp(function, *arguments)[1](function(*arguments)))
    assert_same(jvp(again, arguments, arguments)[1], call(RESULTS[name]))


def test_a_fresh_process() -> None:
    """Equal and of equal hash to what that process makes itself, with the same results; and back again."""
    sent = pickle.dumps({name: function for name, (function, _) in EVERYTHING.items()})
    command = [sys.executable, "-c", "from tests.pickled import answer; answer()"]
    run = subprocess.run(command, cwd=ROOT, input=sent, capture_output=True, check=False)
    assert run.stderr == b""
    for name, (equal, shown, found, returned) in pickle.loads(run.stdout).items():
        function = EVERYTHING[name][0]
        assert_same(found, call(EVERYTHING[name]))
        if name in TRANSFORMED | DECORATED:
            assert equal, name
            assert shown == repr(function)
            assert returned == function, name


SECONDS = 60
"""What a pool is given to start, and to finish."""


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_multiprocessing(method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} on this platform")
    points = [0.1, 0.2, 0.3]
    with multiprocessing.get_context(method).Pool(2) as pool:

        def mapped(function: Callable[[Any], Any], arguments: Any) -> list[Any]:
            return pool.map_async(function, arguments).get(SECONDS)

        np.testing.assert_allclose(mapped(grad(grad(pickled.cube)), points), 6 * np.array(points))
        np.testing.assert_allclose(mapped(pickled.slope, points), 3 * np.array(points) ** 2)
        np.testing.assert_allclose(mapped(linearize(pickled.cube, 2.0)[1], points), 12 * np.array(points))
        pulled = mapped(vjp(pickled.field, X)[1], np.eye(3))
        np.testing.assert_allclose([row for (row,) in pulled], jacrev(pickled.field)(X))
        for found, case in zip(mapped(call, list(EVERYTHING.values())), EVERYTHING.values(), strict=True):
            assert_same(found, call(case))


def test_process_pool_executor() -> None:
    """As a library of optimisers would: gradients of a tree in workers, for one batch each."""
    batches = [X, 2 * X, 3 * X]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        gradients = list(pool.map(partial(grad(pickled.loss, argnums=0), PARAMS), batches))
    for found, batch in zip(gradients, batches, strict=True):
        assert_same(found, grad(pickled.loss, argnums=0)(PARAMS, batch))


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_joblib(backend: str) -> None:
    """It runs transforms as they are; its pickles take lambdas too."""
    joblib = pytest.importorskip("joblib")
    points = [0.1, 0.2, 0.3]
    with joblib.Parallel(n_jobs=2, backend=backend) as parallel:
        found = parallel(joblib.delayed(grad(pickled.cube))(x) for x in points)
        np.testing.assert_allclose(found, 3 * np.array(points) ** 2)
        found = parallel(joblib.delayed(grad(lambda x: x**4))(x) for x in points)
        np.testing.assert_allclose(found, 4 * np.array(points) ** 3)
        found = parallel(joblib.delayed(hessian(pickled.norm))(x * X) for x in points)
        np.testing.assert_allclose(found[1], hessian(pickled.norm)(0.2 * X))


UNPICKLABLE: dict[str, Callable[[], Any]] = {
    "a lambda": lambda: grad(lambda x: x),
    "a lambda, further in": lambda: vmap(grad(lambda x: x)),
    "a pullback of a lambda": lambda: vjp(lambda x: x * x, 2.0)[1],
    "a linear map of a lambda": lambda: linearize(lambda x: x * x, 2.0)[1],
    "a rule that is a lambda": lambda: custom_jvp(lambda p, t: (p[0], t[0]))(pickled.cube),
    "checkpoint of a lambda": lambda: checkpoint(lambda x: x),
}


@pytest.mark.parametrize("name", UNPICKLABLE)
def test_what_cannot_be_pickled_says_why(name: str) -> None:
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(UNPICKLABLE[name]())


def test_variables_in_copies() -> None:
    """A copy inside a differentiated function is the value still; a pickle would lose its derivative."""

    def f(params: Any) -> Any:
        twin = copy.deepcopy(params)
        return np.sum(copy.copy(twin["w"]) ** 2) + np.sum(np.copy(twin["b"][0]) ** 2)

    params = {"w": X, "b": (X,)}
    assert_same(grad(f)(params), {"w": 2 * X, "b": (2 * X,)})

    def g(x: Any) -> Any:
        return pickle.loads(pickle.dumps(x)) ** 2

    for transform in (grad, jacfwd, jacrev):
        with pytest.raises((TypeError, pickle.PicklingError), match="A differentiated value"):
            transform(g)(2.0)
    with pytest.raises((TypeError, pickle.PicklingError), match="a whole batch"):
        vmap(g)(X)


def test_a_pullback_of_a_differentiated_point() -> None:
    """It holds Variables, which belong to their tape."""

    def f(x: Any) -> Any:
        with pytest.raises((TypeError, pickle.PicklingError)):
            pickle.dumps(vjp(pickled.cube, x)[1])
        return x * x

    assert grad(f)(3.0) == 6.0
