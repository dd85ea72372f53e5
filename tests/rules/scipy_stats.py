"""Rows: scipy.stats."""

from __future__ import annotations

from typing import Any

import numpy as np

import tapegrad.scipy.stats
from tests.rules.row import Row, real, row

stats: Any = tapegrad.scipy.stats
X = np.array([-1.3, 0.45, 1.7])
ABOVE_0 = np.array([0.4, 1.1, 2.6])
BETWEEN = np.array([0.15, 0.5, 0.8])
LOC, SCALE = np.array(0.2), np.array([1.5, 0.8, 1.1])

LINE: dict[str, tuple[Any, ...]] = {
    "norm": (),
    "t": (3.5,),
    "laplace": (),
    "logistic": (),
    "cauchy": (),
    "gumbel_r": (),
    "gumbel_l": (),
    "gennorm": (1.7,),
    "skewnorm": (1.3,),
    "vonmises": (2.3,),
    "exponnorm": (0.8,),
}
HALF_LINE: dict[str, tuple[Any, ...]] = {
    "gamma": (2.5,),
    "chi2": (3.3,),
    "invgamma": (2.2,),
    "expon": (),
    "lognorm": (0.7,),
    "weibull_min": (1.5,),
    "f": (3.2, 4.5),
    "halfnorm": (),
    "halfcauchy": (),
    "rayleigh": (),
    "invgauss": (0.6,),
}
ELSEWHERE: dict[str, tuple[Any, ...]] = {
    "pareto": (ABOVE_0 + 1, 2.5),
    "weibull_max": (-ABOVE_0, 1.5),
    "uniform": (BETWEEN,),
    "beta": (BETWEEN, 2.2, 3.1),
    "loguniform": (BETWEEN + 1, 0.6, 3.2),
    "truncnorm": (BETWEEN, -1.2, 2.1),
}
COUNTS: dict[str, tuple[Any, ...]] = {
    "poisson": (2.5,),
    "bernoulli": (0.3,),
    "nbinom": (3.2, 0.4),
    "geom": (0.3,),
}
NUMBERS = np.array([1, 3, 2])


def continuous(name: str, x: Any, *shapes: float) -> list[Row]:
    """The density and the integrals, in the variable, the shapes, loc and scale."""
    d = getattr(stats, name)
    args = (x * SCALE + LOC, *(np.array([shape, shape * 1.04, shape * 0.95]) for shape in shapes))
    return [
        Row(f"{name}.logpdf", d.logpdf, (*args, LOC, SCALE), elementwise=True),
        Row(f"{name}.cdf", d.cdf, (*args, LOC, SCALE), elementwise=True),
        Row(f"{name}.pdf and sf", lambda *a: (d.pdf(*a), d.sf(*a)), (*args, LOC, SCALE)),
        Row(f"{name}.logcdf and logsf", lambda *a: (d.logcdf(*a), d.logsf(*a)), (*args, LOC, SCALE)),
        Row(f"{name}, standard", lambda *a: (d.logpdf(*a), d.cdf(*a), d.logsf(*a)), (x, *map(np.array, shapes))),
    ]


def discrete(name: str, k: Any, *shapes: float, count: tuple[int, ...] = ()) -> list[Row]:
    """The probability and the sums, in the shapes."""
    d = getattr(stats, name)
    args = tuple(np.array([shape, shape * 1.04, shape * 0.95]) for shape in shapes)
    tails = k[:-1] if name == "bernoulli" else k

    def sums(*a: Any) -> Any:
        at = (tails, *count, *(v[: len(tails)] if np.ndim(v) else v for v in a))
        return d.cdf(*at), d.sf(*at), d.logcdf(*at), d.logsf(*at)

    return [
        Row(f"{name}.logpmf and pmf", lambda *a: (d.logpmf(k, *count, *a), d.pmf(k, *count, *a)), args),
        Row(f"{name}.cdf, sf, logcdf and logsf", sums, args),
        Row(f"{name}, loc", lambda *a: (d.pmf(k, *count, *a, loc=-1), d.sf(k, *count, *a, loc=1)), args),
    ]


def covariance(a: Any) -> Any:
    """A positive definite matrix: the functions look at one half of it, their gradients are shared by both."""
    return a @ a.T + np.eye(3)


def chances(w: Any) -> Any:
    """Probabilities that sum to 1."""
    return w / np.sum(w, axis=-1, keepdims=True)


MULTINOMIAL = np.array([[1, 2, 3], [0, 2, 4]])
ROWS = [
    *(r for name, shapes in LINE.items() for r in continuous(name, X, *shapes)),
    *(r for name, shapes in HALF_LINE.items() for r in continuous(name, ABOVE_0, *shapes)),
    *(r for name, (x, *shapes) in ELSEWHERE.items() for r in continuous(name, x, *shapes)),
    *(
        r
        for name, shapes in COUNTS.items()
        for r in discrete(name, NUMBERS if name != "bernoulli" else np.array([0, 0, 1]), *shapes)
    ),
    *discrete("binom", NUMBERS, 0.3, count=(5,)),
    *discrete("betabinom", NUMBERS, 2.1, 0.6, count=(5,)),
    row("norm.logpdf, broadcast", lambda x, m, s: stats.norm.logpdf(x, m, s), real(2, 1), real(3), 1.5 + real(2, 3)),
    row("norm.logpdf, keywords", lambda x, s: stats.norm.logpdf(x, scale=s), real(3), np.array(1.5)),
    row("norm.logpdf, integers beside", lambda m: stats.norm.logpdf(np.array([1, 2]), m, 2), real(2)),
    row("norm.logpdf, frozen", lambda x, m, s: stats.norm(m, scale=s).logpdf(x), real(3), real(3), 1.5 + real(3)),
    row("t.logpdf, partly normal", lambda x: stats.t.logpdf(x, np.array([2.5, np.inf])), real(2)),
    row("gamma.pdf, partly outside", lambda x, a: (stats.gamma.pdf(x, a), stats.gamma.cdf(x, a)), X, np.array(2.5)),
    row("beta.pdf, partly outside", lambda x, a: (stats.beta.pdf(x, a, 2), stats.beta.sf(x, a, 2)), X, np.array(2.5)),
    row("binom.pmf, partly outside", lambda p: stats.binom.pmf([-1, 2, 2.5, 7], 5, p), np.array(0.3)),
    row("truncnorm, half-line", lambda x, b: stats.truncnorm.logpdf(x, -np.inf, b), X, np.array(2.1)),
    row("truncnorm, tail", lambda x, a: stats.truncnorm.logcdf(x, a, np.inf), ABOVE_0 + 10, np.array(9.5)),
    row(
        "multivariate_normal.logpdf and pdf",
        lambda x, m, a: (
            stats.multivariate_normal.logpdf(x, m, covariance(a)),
            stats.multivariate_normal.pdf(x, m, covariance(a)),
        ),
        real(2, 3),
        real(3),
        real(3, 3),
    ),
    row(
        "multivariate_normal.logpdf, variances",
        lambda x, m, v: (
            stats.multivariate_normal.logpdf(x, m, v),
            stats.multivariate_normal.logpdf(x, mean=m, cov=v[0]),
            stats.multivariate_normal(m, np.diag(v)).logpdf(x),
        ),
        real(3),
        real(3),
        1.5 + real(3),
    ),
    row("multivariate_normal.logpdf, numbers", lambda x: stats.multivariate_normal.logpdf(x, 0.5, 2.0), real(3)),
    row(
        "multivariate_normal.logpdf, singular",
        lambda x: stats.multivariate_normal.logpdf(x, cov=np.diag([2.0, 1.0]), allow_singular=True),
        real(2, 2),
    ),
    row(
        "multivariate_t.logpdf",
        lambda x, m, a, df: stats.multivariate_t.logpdf(x, m, covariance(a), df),
        real(2, 3),
        real(3),
        real(3, 3),
        np.array(3.5),
    ),
    row(
        "dirichlet.logpdf and pdf",
        lambda x, alpha: (stats.dirichlet.logpdf(x, alpha), stats.dirichlet.pdf(x, alpha)),
        np.array([0.2, 0.35]),
        np.array([1.5, 2.1, 1.2]),
    ),
    row(
        "dirichlet.logpdf of columns",
        lambda x, alpha: stats.dirichlet.logpdf(x, alpha),
        np.array([[0.2, 0.3], [0.35, 0.1]]),
        np.array([1.5, 2.1, 1.2]),
    ),
    row(
        "multinomial.logpmf and pmf",
        lambda w: (
            stats.multinomial.logpmf(MULTINOMIAL, 6, chances(w)),
            stats.multinomial.pmf(MULTINOMIAL, 6, chances(w)),
        ),
        np.array([0.5, 0.8, 1.1]),
    ),
]
