"""Distributions where the laws do not look: outside of the support, at its bounds, far out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
import pytest
import scipy.stats

import tapegrad.scipy.stats
from tests.untyped import elementwise_grad, grad, jvp, vjp, vmap

stats: Any = tapegrad.scipy.stats
scipys: Any = scipy.stats
SHAPES: dict[str, list[tuple[float, ...]]] = {
    "norm": [()],
    "t": [(3.5,), (1.0,), (np.inf,), (1e6,), (-1.0,)],
    "laplace": [()],
    "logistic": [()],
    "cauchy": [()],
    "gumbel_r": [()],
    "gumbel_l": [()],
    "gennorm": [(0.7,), (1.0,), (2.0,), (3.5,)],
    "skewnorm": [(0.0,), (2.0,), (-1.0,), (np.inf,)],
    "vonmises": [(0.0,), (0.5,), (700.0,), (-1.0,)],
    "exponnorm": [(0.5,), (2.0,)],
    "gamma": [(2.5,), (1.0,), (0.3,), (80.0,), (0.0,)],
    "chi2": [(3.3,), (2.0,), (1.0,)],
    "invgamma": [(2.5,), (0.4,)],
    "expon": [()],
    "lognorm": [(0.7,), (3.0,)],
    "pareto": [(2.5,), (0.3,)],
    "weibull_min": [(1.5,), (1.0,), (0.4,)],
    "weibull_max": [(1.5,), (1.0,), (0.4,)],
    "f": [(3.0, 4.5), (2.0, 5.0), (1.0, 0.7)],
    "halfnorm": [()],
    "halfcauchy": [()],
    "rayleigh": [()],
    "invgauss": [(0.6,), (3.0,)],
    "uniform": [()],
    "beta": [(2.0, 3.0), (1.0, 1.0), (0.5, 0.4), (2.0, -1.0)],
    "loguniform": [(0.5, 3.0), (3.0, 0.5)],
    "truncnorm": [(-1.0, 2.0), (0.5, 3.0), (-np.inf, 1.0), (-np.inf, np.inf), (-40.0, -35.0), (2.0, 1.0)],
}
COUNTS: dict[str, list[tuple[float, ...]]] = {
    "poisson": [(2.5,), (0.0,), (30.0,), (-1.0,)],
    "binom": [(5, 0.3), (5, 0.0), (5, 1.0), (5, 1.5), (2.5, 0.3)],
    "bernoulli": [(0.3,), (0.0,), (1.0,)],
    "nbinom": [(3.0, 0.4), (2.5, 0.7), (4.0, 1.0)],
    "geom": [(0.3,), (1.0,)],
    "betabinom": [(6, 2.0, 0.5), (20, 0.6, 3.0)],
}
POINTS = np.array(
    [-np.inf, -36, -9, -3, -1.2, -1, -1e-9, 0, 1e-9, 0.2, 0.5, 1, 1.3, 2, 2.5, 3, 5, 9, 36, np.inf, np.nan], float
)


def functions(*densities: str) -> list[str]:
    return [*densities, *(f"log{name}" for name in densities), "cdf", "sf", "logcdf", "logsf"]


def assert_agrees(f: Callable[..., Any], wanted: NDArray[Any], log: bool, *args: Any) -> list[NDArray[Any]]:
    """`f` on Variables gives SciPy's values, and no derivative is nan where they are not; returns the gradients."""
    out, pull = vjp(f, *args)
    # a logarithm need not vanish with the number of which it is one
    lost = log & np.isneginf(wanted) & (out < -600)
    np.testing.assert_allclose(np.where(lost, wanted, out), wanted, rtol=2e-12, atol=1e-13)
    gradients: list[NDArray[Any]] = list(pull(np.ones_like(out)))
    for gradient in gradients:
        assert not np.any(np.isnan(gradient) & ~np.isnan(wanted))
    return gradients


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", functions("pdf"))
@pytest.mark.parametrize("distribution", SHAPES)
def test_continuous_agrees(distribution: str, name: str) -> None:
    f, plain = getattr(getattr(stats, distribution), name), getattr(getattr(scipy.stats, distribution), name)
    for shapes in SHAPES[distribution]:
        for scale in (1.0, 1.7, -1.0):
            args = tuple(np.full(POINTS.shape, v) for v in (*shapes, 0.25, scale))
            wanted = plain(POINTS, *args)
            if distribution == "exponnorm" and scale > 0 and "pdf" in name:
                wanted[0] = -np.inf if name == "logpdf" else 0  # nan before SciPy 1.18
            gradients = assert_agrees(f, wanted, name.startswith("log"), POINTS, *args)
            low, high = getattr(scipy.stats, distribution).support(*shapes, 0.25, scale)
            outside = (low > POINTS) | (high < POINTS)
            assert all(np.all(gradient[outside] == 0) for gradient in gradients)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", functions("pmf"))
@pytest.mark.parametrize("distribution", COUNTS)
def test_discrete_agrees(distribution: str, name: str) -> None:
    f, plain = getattr(getattr(stats, distribution), name), getattr(getattr(scipy.stats, distribution), name)
    for shapes in COUNTS[distribution]:
        for loc in (0, 1):
            args = tuple(np.full(POINTS.shape, float(v)) for v in shapes)
            wanted = plain(POINTS, *args, loc)
            if np.isnan(plain(1.0, *shapes)):
                wanted = np.full_like(wanted, np.nan)  # SciPy's logcdf is 0 there above the support

            def located(*shapes: Any, loc: int = loc) -> Any:
                return f(POINTS, *shapes, loc)

            gradients = assert_agrees(located, wanted, name.startswith("log"), *args)
            assert distribution not in ("binom", "betabinom") or not np.any(np.nan_to_num(gradients[0]))


FAR = float(np.sqrt(2 / np.pi)) / float(scipy.special.erfcx(40 / 2**0.5))
"""The normal density at -40 by what lies below."""
VALUES: dict[str, tuple[Callable[[Any], Any], float, float]] = {
    "laplace.logpdf at its peak": (lambda x: stats.laplace.logpdf(x), 0.0, 0.0),
    "laplace.cdf at its peak": (lambda x: stats.laplace.cdf(x), 0.0, 0.5),
    "laplace.sf at its peak": (lambda x: stats.laplace.sf(x), 0.0, -0.5),
    "gennorm.logpdf at a cusp": (lambda x: stats.gennorm.logpdf(x, 0.7), 0.0, 0.0),
    "t.cdf at 0": (lambda x: stats.t.cdf(x, 1.0), 0.0, 1 / np.pi),
    "gennorm.cdf at 0": (lambda x: stats.gennorm.cdf(x, 1.0), 0.0, 0.5),
    "t at infinite df": (lambda x: stats.t.logpdf(x, np.inf), 1.5, -1.5),
    "t in infinite df": (lambda df: stats.t.logpdf(1.5, df), np.inf, 0.0),
    "chi2.logpdf in a fractional df": (
        lambda df: stats.chi2.logpdf(2.0, df),
        2.6,
        (np.log(2.0) - scipy.special.digamma(1.3) - np.log(2.0)) / 2,
    ),
    "norm.logcdf far out": (lambda x: stats.norm.logcdf(x), -40.0, FAR),
    "norm.logsf far out": (lambda x: stats.norm.logsf(x), -40.0, 0.0),
    "truncnorm.logpdf in its tail": (lambda a: stats.truncnorm.logpdf(41.0, a, np.inf), 40.0, FAR),
    "vonmises.logpdf of no concentration": (lambda kappa: stats.vonmises.logpdf(1.0, kappa), 0.0, np.cos(1.0)),
    "vonmises.cdf of no concentration": (lambda kappa: stats.vonmises.cdf(1.0, kappa), 0.0, np.sin(1.0) / (2 * np.pi)),
    "vonmises.cdf of great concentration": (
        lambda x: stats.vonmises.cdf(x, 1e4),
        0.0,
        scipy.stats.vonmises.pdf(0, 1e4),
    ),
    "skewnorm.cdf without a skew": (lambda a: stats.skewnorm.cdf(1.0, a), 0.0, -np.exp(-0.5) / np.pi),
    "gamma.pdf at its bound": (lambda x: stats.gamma.pdf(x, 1.0), 0.0, -1.0),
    "gamma.logpdf at its bound, where it is infinite": (lambda x: stats.gamma.logpdf(x, 2.5), 0.0, 0.0),
    "uniform.pdf": (lambda x: stats.uniform.pdf(x), 0.5, 0.0),
    "uniform.logpdf in scale": (lambda scale: stats.uniform.logpdf(0.5, 0, scale), 2.0, -0.5),
    "poisson.logpmf(0) at 0": (lambda mu: stats.poisson.logpmf(0, mu), 0.0, -1.0),
    "poisson.pmf(1) of one": (lambda mu: stats.poisson.pmf(1, mu), 1.0, 0.0),
    "bernoulli.logpmf(1) at 1": (lambda p: stats.bernoulli.logpmf(1, p), 1.0, 1.0),
    "binom.logpmf(0) at 0": (lambda p: stats.binom.logpmf(0, 4, p), 0.0, -4.0),
    "binom.cdf": (lambda p: stats.binom.cdf(0, 4, p), 0.3, -4 * 0.7**3),
    "geom.sf": (lambda p: stats.geom.sf(3, p), 0.3, -3 * 0.7**2),
    "poisson.logpmf in its variable": (lambda k: stats.poisson.logpmf(k, 2.0), 3.0, 0.0),
    "poisson.cdf in loc": (lambda loc: stats.poisson.cdf(3, 2.0, loc), 1.0, 0.0),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", VALUES)
def test_derivative(name: str) -> None:
    f, x, wanted = VALUES[name]
    np.testing.assert_allclose(grad(f)(x), wanted, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(jvp(f, (x,), (1.0,))[1], wanted, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(vmap(grad(f))(np.array([x, x])), [wanted, wanted], rtol=1e-12, atol=1e-15)


SECOND: dict[str, tuple[Callable[[Any], Any], float, float]] = {
    "gennorm at 0": (lambda x: stats.gennorm.logpdf(x, 2.0), 0.0, -2.0),
    "logistic at 0": (lambda x: stats.logistic.logpdf(x), 0.0, -0.5),
    "norm.logcdf at 0": (lambda x: stats.norm.logcdf(x), 0.0, -2 / np.pi),
    "t.cdf in df at 0": (lambda df: stats.t.cdf(0.0, df), 3.5, 0.0),
    "t.logsf in df at 0": (lambda df: stats.t.logsf(0.0, df), 3.5, 0.0),
    "beta of equal shapes": (lambda x: stats.beta.logpdf(0.5, x, x), 1.0, 4 * np.pi**2 / 6 - 4 - 2 * np.pi**2 / 6),
}


@pytest.mark.parametrize("name", SECOND)
def test_second_derivative(name: str) -> None:
    f, x, wanted = SECOND[name]
    np.testing.assert_allclose(grad(grad(f))(x), wanted, rtol=1e-12)
    np.testing.assert_allclose(jvp(grad(f), (x,), (1.0,))[1], wanted, rtol=1e-12)


TAILS: dict[str, Callable[[Any], Any]] = {
    "gennorm.logcdf": lambda x: stats.gennorm.logcdf(-x, 2.0),
    "gennorm.logsf": lambda x: stats.gennorm.logsf(x, 2.0),
    "skewnorm.logcdf": lambda x: stats.skewnorm.logcdf(-x * np.sqrt(2), 0.0),
}


@pytest.mark.parametrize("name", TAILS)
def test_second_derivative_far_out(name: str) -> None:
    """Of log(erfc(x)), where the square of erfc(x) is no number any more."""
    f, x = TAILS[name], 25.0
    ratio = 2 / float(np.sqrt(np.pi) * scipy.special.erfcx(x))
    np.testing.assert_allclose(grad(f)(x), -ratio, rtol=1e-12)
    np.testing.assert_allclose(grad(grad(f))(x), ratio * (2 * x - ratio), rtol=1e-9)
    np.testing.assert_allclose(jvp(grad(f), (x,), (1.0,))[1], ratio * (2 * x - ratio), rtol=1e-9)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", functions("pdf"))
@pytest.mark.parametrize("distribution", SHAPES)
def test_what_cannot_be_has_no_gradient(distribution: str, name: str) -> None:
    """Beside an element that can be."""
    if (distribution, name) == ("uniform", "logpdf"):
        return  # flat in its variable all the same
    f, shapes = getattr(getattr(stats, distribution), name), SHAPES[distribution][0]
    x = {"pareto": 1.6, "weibull_max": -0.6}.get(distribution, 0.6)
    out, pull = vjp(f, np.full(2, x), *(np.full(2, shape) for shape in shapes), np.zeros(2), np.array([1.0, -1.0]))
    gradients = np.array(pull(np.ones(2)))
    assert np.isfinite(out[0])
    assert np.all(np.isfinite(gradients[:, 0]))
    assert np.isnan(out[1])
    assert np.all(np.isnan(gradients[:, 1]))
    if wrong := () if distribution in ("skewnorm", "vonmises", "truncnorm") else tuple(-shape for shape in shapes):
        assert np.all(np.isnan(grad(f, argnums=tuple(range(1 + len(wrong))))(x, *wrong)))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", functions("pmf"))
def test_chances_that_cannot_be_have_no_gradient(name: str) -> None:
    for distribution, shapes in (("poisson", (-1.0,)), ("binom", (5.0, 1.5)), ("bernoulli", (1.5,)), ("geom", (1.5,))):
        f = getattr(getattr(stats, distribution), name)
        assert np.isnan(grad(lambda p, f=f, first=shapes[:-1]: f(1, *first, p))(shapes[-1]))
    found = grad(lambda a: getattr(stats.betabinom, name)(1, 6, a, 0.5))(-2.0)
    assert np.isnan(found) or "cdf" in name or "sf" in name


def test_vmap_over_counts() -> None:
    k, n, p = np.array([0, 2, 7, -1]), np.array([5, 3, 9, 4]), np.array([0.2, 0.4, 0.6, 0.8])
    for name in functions("pmf"):
        f = getattr(stats.betabinom, name)
        np.testing.assert_allclose(vmap(f)(k, n, p, 2 * p), f(k, n, p, 2 * p), rtol=1e-12)
    found = vmap(lambda k, n, p: grad(lambda p: stats.binom.cdf(k, n, p))(p))(k, n, p)
    np.testing.assert_allclose(found, elementwise_grad(lambda p: stats.binom.cdf(k, n, p))(p), rtol=1e-12)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_multinomial_lives_on_the_simplex() -> None:
    """Derivatives are those along it. Off it, the last probability is filled in, as SciPy before 1.18 does, or nan."""
    k, p = np.array([1, 2, 3]), np.array([0.2, 0.3, 0.5])
    np.testing.assert_allclose(grad(lambda p: stats.multinomial.logpmf(k, 6, p))(p), k / p - 3 / 0.5 * np.ones(3))
    off, bad = np.array([1, 1, 1]), np.array([0.5, 0.7, -0.2])
    assert vjp(lambda p: stats.multinomial.logpmf(off, 6, p), p)[0] == -np.inf
    assert np.isnan(vjp(lambda p: stats.multinomial.logpmf(k, 6, p), bad)[0])
    np.testing.assert_array_equal(grad(lambda p: stats.multinomial.pmf(off, 6, p))(p), 0)
    lacking = np.array([0.2, 0.3, 0.4])
    filled, wanted = vjp(lambda p: stats.multinomial.pmf(k, 6, p), lacking)[0], stats.multinomial.pmf(k, 6, lacking)
    np.testing.assert_allclose(filled, wanted, rtol=1e-12)
    with pytest.raises(ValueError, match="Size of each quantile"):
        grad(lambda p: stats.multinomial.logpmf([1, 2], 3, p))(p)
    with pytest.raises(ValueError, match="must be an array"):
        grad(lambda p: stats.multinomial.logpmf(1, 1, p))(p)


def test_multivariate_normal_of_a_singular_covariance() -> None:
    cov, mean = np.diag([2.0, 0.0, 1.0]), np.zeros(3)
    x = np.array([[1.0, 0.0, 2.0], [1.0, 0.5, 2.0]])
    out, pull = vjp(lambda x: stats.multivariate_normal.logpdf(x, mean, cov, allow_singular=True), x)
    np.testing.assert_allclose(out, scipy.stats.multivariate_normal.logpdf(x, mean, cov, allow_singular=True))
    np.testing.assert_allclose(pull(np.ones(2))[0], np.array([[-0.5, 0, -2], [0, 0, 0]]), atol=1e-15)
    with pytest.raises(np.linalg.LinAlgError):
        grad(lambda x: stats.multivariate_normal.logpdf(x, mean, cov))(x[0])
    with pytest.raises(np.linalg.LinAlgError):
        grad(lambda x: stats.multivariate_normal.logpdf(x, mean, np.diagonal(cov)))(x[0])
