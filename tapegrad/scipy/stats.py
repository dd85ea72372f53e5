"""`scipy.stats`: distributions that are differentiable in the variable and in every parameter.

SciPy's own distributions convert whatever they are given with `np.asarray`, so that no differentiated value can pass.
These have the same names, the same calls and, on plain arrays, the same values, for they call SciPy's. A Variable
goes through formulas that agree with those to rounding.

* Outside of the support, and where a logarithm is infinite, all derivatives are 0.
* The variable of a discrete distribution, its loc and counts of trials lie on a lattice: they are constants.
* Of a covariance one half is looked at, and both get the gradient; `multinomial` has the derivatives along the simplex.
* `ppf`, `isf` and the cdf of vectors have no derivative yet: a Variable is an error there.

>>> from tapegrad import grad
>>> from tapegrad.scipy.stats import norm, poisson
>>> norm.logpdf(1.0)
np.float64(-1.4189385332046727)
>>> grad(norm.logpdf)(1.0, 0.5, 2.0)  # in the variable, loc and scale
(np.float64(-0.125), np.float64(0.125), np.float64(-0.46875))
>>> grad(lambda scale: norm(loc=0.5, scale=scale).logpdf(1.0))(2.0)
np.float64(-0.46875)
>>> grad(lambda mu: poisson.logpmf(3, mu))(2.0)
np.float64(0.5)
>>> import numpy as np
>>> from tapegrad.scipy.stats import multivariate_normal
>>> grad(lambda mean: multivariate_normal.logpdf(np.array([1.0, 2.0]), mean, 2.0))(np.zeros(2))
array([0.5, 1. ])
"""

from __future__ import annotations

from tapegrad._scipy.stats.counts import bernoulli, betabinom, binom, geom, nbinom, poisson
from tapegrad._scipy.stats.halfline import (
    chi2,
    expon,
    f,
    gamma,
    halfcauchy,
    halfnorm,
    invgamma,
    invgauss,
    lognorm,
    pareto,
    rayleigh,
    weibull_max,
    weibull_min,
)
from tapegrad._scipy.stats.interval import beta, loguniform, truncnorm, uniform
from tapegrad._scipy.stats.kinds import Continuous, Counts, Discrete, Vectors
from tapegrad._scipy.stats.line import (
    cauchy,
    exponnorm,
    gennorm,
    gumbel_l,
    gumbel_r,
    laplace,
    logistic,
    norm,
    skewnorm,
    t,
    vonmises,
)
from tapegrad._scipy.stats.vectors import dirichlet, multinomial, multivariate_normal, multivariate_t

__all__ = [
    "bernoulli",
    "beta",
    "betabinom",
    "binom",
    "cauchy",
    "chi2",
    "dirichlet",
    "expon",
    "exponnorm",
    "f",
    "gamma",
    "gennorm",
    "geom",
    "gumbel_l",
    "gumbel_r",
    "halfcauchy",
    "halfnorm",
    "invgamma",
    "invgauss",
    "laplace",
    "logistic",
    "lognorm",
    "loguniform",
    "multinomial",
    "multivariate_normal",
    "multivariate_t",
    "nbinom",
    "norm",
    "pareto",
    "poisson",
    "rayleigh",
    "skewnorm",
    "t",
    "truncnorm",
    "uniform",
    "vonmises",
    "weibull_max",
    "weibull_min",
    "Continuous",
    "Counts",
    "Discrete",
    "Vectors",
]
