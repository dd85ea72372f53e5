"""Distributions as they are called: by position and name, frozen, typed, pickled, and wrongly."""

from __future__ import annotations

from collections.abc import Callable
import inspect
import pickle
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray
import pytest
import scipy.stats

from tapegrad import Tape, Variable
from tapegrad.errors import ConversionError, DomainError, MissingRuleError
import tapegrad.scipy.stats
from tapegrad.scipy.stats import multivariate_normal, norm, poisson
from tests.untyped import grad

stats: Any = tapegrad.scipy.stats
scipys: Any = scipy.stats


def test_covariance_objects() -> None:
    covariance, x = scipys.Covariance.from_diagonal([1.0, 2.0]), np.array([1.0, 4.0])
    np.testing.assert_allclose(grad(lambda x: stats.multivariate_normal.logpdf(x, cov=covariance))(x), [-1.0, -2.0])


def test_plain_arguments_are_scipys() -> None:
    x = np.linspace(-1, 3, 7)
    np.testing.assert_array_equal(stats.gamma.logpdf([1, 2], 2), scipy.stats.gamma.logpdf([1, 2], 2))
    assert norm.ppf(0.3, scale=2.0) == scipy.stats.norm.ppf(0.3, scale=2.0)
    np.testing.assert_array_equal(norm(0.5, 2.0).cdf(x), scipy.stats.norm(0.5, 2.0).cdf(x))
    assert multivariate_normal.cdf(x, x) == scipy.stats.multivariate_normal.cdf(x, x)
    assert type(norm.logpdf(1.0)) is np.float64


ERRORS_OF_VECTORS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a short mean": (lambda x: stats.multivariate_normal.logpdf(np.stack([x, x]), 0.0), "do not fit 'mean'"),
    "a matrix for a mean": (lambda x: stats.multivariate_normal.logpdf(x, np.zeros((3, 1))), "must be a vector"),
    "another size of covariance": (lambda x: stats.multivariate_normal.logpdf(x, x, np.eye(2)), "does not fit 'mean'"),
    "another number of shapes": (lambda x: stats.dirichlet.logpdf(x, np.ones(5)), "same number of entries"),
    "negative shapes": (lambda x: stats.dirichlet.logpdf(x, np.array([1, -1, 1])), "greater than 0"),
    "off the simplex": (lambda x: stats.dirichlet.logpdf(x * 2, np.ones(3)), "simplex"),
    "0 with a small shape": (lambda x: stats.dirichlet.logpdf(x - x[0], np.ones(4) * 0.5), "greater than zero"),
}


@pytest.mark.parametrize("name", ERRORS_OF_VECTORS)
def test_errors_of_vectors(name: str) -> None:
    f, message = ERRORS_OF_VECTORS[name]
    with pytest.raises(ValueError, match=message):
        grad(f)(np.array([0.2, 0.3, 0.5]))


ERRORS: dict[str, tuple[Callable[[Any], Any], type[Exception], str]] = {
    "inverse cdf": (lambda x: stats.norm.ppf(x), MissingRuleError, "norm.ppf at test_scipy_stats_calls.py"),
    "inverse sf, discrete": (lambda x: stats.poisson.isf(0.5, x), MissingRuleError, "poisson.isf"),
    "cdf of vectors": (lambda x: stats.multivariate_normal.cdf(x), MissingRuleError, "multivariate_normal.cdf"),
    "too many": (lambda x: stats.norm.logpdf(x, 0, 1, 2), TypeError, "takes x, loc, scale, and was given 4"),
    "unknown": (lambda x: stats.norm.logpdf(x, mean=0), TypeError, "unknown: mean"),
    "twice": (lambda x: stats.t.logpdf(x, 2.0, df=3.0), TypeError, "given twice or unknown: df"),
    "missing": (lambda x: stats.beta.logpdf(x, 2.0), TypeError, "takes x, a, b, loc, scale; missing: b"),
    "complex": (lambda x: stats.norm.logpdf(1j * x), DomainError, "complex128"),
    "SciPy's own": (lambda x: scipys.norm.logpdf(x), ConversionError, "norm.logpdf|array"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name: str) -> None:
    f, error, message = ERRORS[name]
    with pytest.raises(error, match=message):
        grad(f)(0.5)


def test_names_and_pickles() -> None:
    assert str(inspect.signature(stats.t.sf)) == "(x, df, loc=0, scale=1)"
    np.testing.assert_allclose(grad(lambda mu: stats.poisson.pmf(k=2, mu=mu))(2.0), 0, atol=1e-15)
    assert repr(norm) == "tapegrad.scipy.stats.norm"
    assert repr(norm.logpdf) == "tapegrad.scipy.stats.norm.logpdf"
    for thing in (norm, norm.logpdf, poisson, multivariate_normal.pdf):
        assert pickle.loads(pickle.dumps(thing)) is thing
    assert pickle.loads(pickle.dumps(grad(norm.logpdf)))(1.0) == -1.0
    for name in tapegrad.scipy.stats.__all__:
        thing = getattr(stats, name)
        assert isinstance(thing, type) or thing.name == name


def test_types() -> None:
    x: NDArray[np.float64] = np.array([0.5, 1.0])
    assert_type(norm.logpdf(0.5, 1, scale=2.0), np.float64)
    assert_type(norm.logpdf(x, 1.0), NDArray[np.float64])
    assert_type(norm.cdf(0.5, loc=x), NDArray[np.float64])
    assert_type(poisson.pmf(2, 1.5), np.float64)
    assert_type(norm(1.0, 2.0).logpdf(0.5), np.float64)
    assert_type(norm(1.0, 2.0).logpdf(x), NDArray[np.float64])
    assert_type(norm(x).logpdf(0.5), NDArray[np.float64])
    assert_type(multivariate_normal.logpdf(x, x), np.float64 | NDArray[np.float64])
    assert_type(multivariate_normal(x).pdf(x), np.float64 | NDArray[np.float64])


def test_types_of_variables() -> None:
    x: NDArray[np.float64] = np.array([0.5, 1.0])

    def checked(v: Variable[NDArray[np.float64]]) -> None:
        assert_type(norm.logpdf(v), Variable[Any])
        assert_type(norm.logpdf(x, v), Variable[Any])
        assert_type(norm(v).logpdf(0.5), Variable[Any])
        assert_type(multivariate_normal.logpdf(x, v), Variable[Any])

    with Tape() as tape:
        watched: Any = tape.watch(x)
        checked(watched)
