"""Nothing is left behind, little is kept, and nothing recurses."""

from __future__ import annotations

import gc
import platform
import tracemalloc
from typing import Any

import numpy as np
import pytest

from tapegrad import Tape, Variable
from tapegrad._core.node import Node
from tapegrad._core.recorder import Recorder
from tests.test_import import in_a_new_process
from tests.untyped import compile, grad, jvp, vjp, vmap

X = np.array([0.3, 0.7, 1.1])


def living() -> int:
    """How many of the objects that a gradient makes are alive."""
    return sum(isinstance(thing, (Node, Variable, Recorder)) for thing in gc.get_objects())


def test_gradients_leave_no_memory_behind() -> None:
    """With the cyclic garbage collector off: reference counting alone frees what a gradient held."""

    def loss(w: Any) -> Any:
        hidden = np.tanh(X @ w)
        return np.sum(hidden[1:] ** 2) + np.max(hidden) + np.sum(np.concatenate([hidden, w[0]]))

    weights = np.ones((3, 400))
    batch = np.ones((2, 3, 400))

    def work(n: int) -> None:
        for _ in range(n):
            grad(loss)(weights)
            jvp(grad(loss), (weights,), (weights,))
            vjp(loss, weights)[1](1.0)
            vmap(grad(loss))(batch)
            with Tape() as tape:
                w = tape.watch(weights)
                out = loss(w)
            tape.gradient(out, w)

    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        work(5)  # fills caches
        alive, before = living(), tracemalloc.get_traced_memory()[0]
        work(200)
        after = tracemalloc.get_traced_memory()[0]
        assert living() == alive
    finally:
        tracemalloc.stop()
        gc.enable()
    assert after - before < 20 * weights.nbytes, "CPython's free tuples are less than 20 arrays"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators have other habits")
def test_a_gradient_finds_the_memory_of_the_one_before() -> None:
    """Of 6 MB that a mixture's gradient takes, hardly a page is asked of the system anew."""
    code = "import json, numpy, resource; from tapegrad import grad; from benchmarks.problems import MIXTURE; "
    code += "from types import SimpleNamespace; library = SimpleNamespace(namespace=numpy, constant=numpy.asarray); "
    code += "f = grad(MIXTURE.function(library)); call = lambda: f(*MIXTURE.arguments); "
    code += "faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt; "
    code += "[call() for _ in range(3)]; before = faults(); [call() for _ in range(10)]; "
    assert in_a_new_process(code + "print(json.dumps(faults() - before))") < 1000


def test_peak_memory_of_a_chain_of_additions() -> None:
    """Additions keep no arrays: five at most are alive at any time."""
    x = np.zeros(1_000_000)

    def chain(x: Any) -> Any:
        y = x
        for i in range(100):
            y = y + float(i)
        return np.sum(y)

    tracemalloc.start()
    try:
        gradient = grad(chain)(x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(gradient[:2], 1.0)
    assert peak <= 5 * x.nbytes


def test_clipping_takes_one_pass() -> None:
    x = np.zeros(1_000_000)
    compiled = compile(lambda x: np.clip(x, -1.0, 1.0))
    compiled(x)
    tracemalloc.start()
    try:
        compiled(x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 1.1 * x.nbytes


def test_a_long_chain_needs_no_recursion() -> None:
    with Tape() as tape:
        x = tape.watch(0.5)
        y = x
        for _ in range(50_000):
            y = y * 1.0 + 0.0
    assert len(tape.nodes) == 100_001
    assert tape.nodes[-1].generation == 100_000
    assert tape.gradient(y, x) == 1.0
    del tape, x, y

    def chain(x: Any) -> Any:
        for _ in range(100_000):
            x = x + 1.0
        return x

    assert grad(chain)(0.5) == 1.0
    out, pull = vjp(chain, 0.5)
    assert (out, pull(2.0)) == (100_000.5, (2.0,))
