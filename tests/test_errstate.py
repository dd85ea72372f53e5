"""NumPy's warnings are off within, and afterwards as they were."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

import numpy as np
import pytest

from tapegrad._errstate import Entered, errstate, ignored
from tests.untyped import compile, grad, jvp

X = np.array([0.0, 1.0])
WAYS = pytest.mark.parametrize(
    ("variable", "value"), [(errstate, ignored), (Entered(), {"all": "ignore"})], ids=["found", "entered"]
)


def test_numpy_keeps_it_in_a_context_variable() -> None:
    assert isinstance(errstate, ContextVar)


@WAYS
def test_all_is_ignored_and_then_as_before(variable: Any, value: Any) -> None:
    with np.errstate(divide="raise", under="print"):
        outside = np.geterr()
        outer = variable.set(value)
        try:
            assert np.geterr() == dict.fromkeys(outside, "ignore")
            with np.errstate(invalid="raise"), pytest.raises(FloatingPointError):
                np.sqrt(-X)
            inner = variable.set(value)
            variable.reset(inner)
            assert np.isinf(1.0 / X[:1])
        finally:
            variable.reset(outer)
        assert np.geterr() == outside


@WAYS
def test_for_one_thread_alone(variable: Any, value: Any) -> None:
    before = variable.set(value)
    try:
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(np.geterr).result() != np.geterr()
    finally:
        variable.reset(before)


@pytest.mark.filterwarnings("error")
def test_of_whoever_calls_nothing_changes() -> None:
    inverse = compile(lambda x, i: (1.0 / x)[i])
    with np.errstate(all="raise"):
        outside = np.geterr()
        assert inverse(X, 0) == np.inf
        with pytest.raises(IndexError):
            inverse(X, 2)
        assert np.geterr() == outside
        assert jvp(lambda x: np.sqrt(x), (0.0,), (0.0,))[1] == 0.0
        assert grad(lambda x: np.sqrt(x))(0.0) == np.inf
        assert np.geterr() == outside
