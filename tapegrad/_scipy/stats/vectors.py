"""Distributions of vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
from numpy.lib import NumpyVersion
import scipy
from scipy import stats

from tapegrad._rules.fronts import is_variable, operand
from tapegrad._rules.kinds import stopped
from tapegrad._rules.untyped import linalg
from tapegrad._scipy.special.declaring import special
from tapegrad._scipy.stats.kinds import Counts, VectorFunction, Vectors
from tapegrad._scipy.stats.values import INF, NAN, constant, exponential_of, number, settle

FILLED_IN = NumpyVersion(scipy.__version__) < "1.18.0"
"""Whether SciPy's multinomial makes probabilities sum to 1 by changing the last; later ones give nan."""
LOG_2PI = float(np.log(2 * np.pi))


def _functions(target: Any, name: str, log: str, formula: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """The logarithm of a density (a probability), and its exponential."""
    plain = log.removeprefix("log")
    return {
        "name": name,
        plain: VectorFunction(name, plain, getattr(target, plain), exponential_of(formula), arguments),
        log: VectorFunction(name, log, getattr(target, log), formula, arguments),
    }


def _squeezed(out: Any) -> Any:
    """Without axes of length 1, as SciPy returns it."""
    shape = tuple(n for n in np.shape(out) if n != 1)
    if shape == np.shape(out):
        return out
    return np.reshape(out, shape) if shape else np.reshape(out, ())[()]


def _refuse(wrong: Any, out: Any, message: str) -> Any:
    """SciPy's error for what cannot be; under `vmap`, where one element must not fail for all, nan."""
    if is_variable(wrong):
        return settle(wrong, out, NAN)
    if np.any(wrong):
        raise ValueError(message)
    return out


def _placed(x: Any, mean: Any, cov: Any) -> tuple[Any, Any]:
    """The deviations from the mean, and the covariance: of independent components their variances alone."""
    given: Any = cov
    matrix = number(given.covariance if isinstance(cov, stats.Covariance) else 1.0 if cov is None else cov)
    rank = np.ndim(matrix)
    mean = np.zeros(np.shape(matrix)[0] if rank > 1 else 1) if mean is None else number(mean)
    size = int(np.size(mean))
    if size == 1:
        mean = np.reshape(mean, (1,))
        matrix, rank = np.reshape(matrix, (1,)), 1
    if np.ndim(mean) != 1:
        raise ValueError(f"Array 'mean' must be a vector of length {size}.")
    if np.shape(matrix) not in ((), (size,), (size, size)):
        raise ValueError(f"Array 'cov' of shape {np.shape(matrix)} does not fit 'mean', a vector of length {size}.")
    x = number(x)
    if np.ndim(x) == 0 or (np.ndim(x) == 1 and size == 1):
        x = np.expand_dims(x, -1)
    dev = x - mean
    if np.shape(dev)[-1] != size:
        raise ValueError(f"Points 'x' of shape {np.shape(x)} do not fit 'mean', a vector of length {size}.")
    return dev, matrix


def _whitened(dev: Any, cov: Any) -> tuple[Any, Any]:
    """The squares of the deviations in units of the covariance, summed, and the logarithm of its determinant."""
    size = np.shape(dev)[-1]
    if np.ndim(cov) < 2:
        if not is_variable(bad := np.less_equal(cov, 0)) and np.any(bad):
            raise np.linalg.LinAlgError("the covariance must be positive definite")
        log_det = np.sum(np.log(cov)) if np.ndim(cov) else size * np.log(cov)
        return np.sum(np.square(dev) / cov, axis=-1), log_det
    factor = linalg.cholesky(cov)
    columns = linalg.solve(factor, np.reshape(dev, (-1, size)).T)
    squares = np.reshape(np.sum(np.square(columns), axis=0), np.shape(dev)[:-1])
    return squares, 2 * np.sum(np.log(np.diagonal(factor)))


def _whitened_singular(dev: Any, cov: Any) -> tuple[Any, Any, Any, int]:
    """As `_whitened` for a constant covariance that may be singular; and where its support is left, and its rank."""
    cov = np.diag(np.broadcast_to(cov, np.shape(dev)[-1:])) if np.ndim(cov) < 2 else cov
    values, vectors = linalg.eigh(cov)
    cutoff = 1e6 * np.finfo(values.dtype).eps * np.max(np.abs(values))
    if np.min(values) < -cutoff:
        raise ValueError("The input matrix must be symmetric positive semidefinite.")
    kept = values > cutoff
    squares = np.sum(np.square(dev @ (vectors[:, kept] / np.sqrt(values[kept]))), axis=-1)
    off = np.sqrt(np.sum(np.square(stopped(dev) @ vectors[:, ~kept]), axis=-1)) >= 1e3 * cutoff
    return squares, np.sum(np.log(values[kept])), off, int(np.sum(kept))


def _log_normal(x: Any, mean: Any, cov: Any, allow_singular: bool) -> Any:
    dev, cov = _placed(x, mean, cov)
    if allow_singular and not is_variable(cov):
        squares, log_det, off, rank = _whitened_singular(dev, cov)
        return _squeezed(settle(off, -0.5 * (squares + (rank * LOG_2PI + log_det)), -INF))
    squares, log_det = _whitened(dev, cov)
    return _squeezed(-0.5 * (squares + (np.shape(dev)[-1] * LOG_2PI + log_det)))


@attrs.frozen(eq=False, repr=False)
class Normals(Vectors):
    """The normal distribution of vectors: the integral of its density has no derivative here yet."""

    cdf: VectorFunction
    logcdf: VectorFunction


_arguments: dict[str, Any] = {"x": ..., "mean": None, "cov": 1, "allow_singular": False}
multivariate_normal = Normals(
    **_functions(stats.multivariate_normal, "multivariate_normal", "logpdf", _log_normal, _arguments),
    cdf=VectorFunction("multivariate_normal", "cdf", stats.multivariate_normal.cdf, None, _arguments),
    logcdf=VectorFunction("multivariate_normal", "logcdf", stats.multivariate_normal.logcdf, None, _arguments),
)
"""Normal: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.multivariate_normal.html"""


def _log_student(x: Any, loc: Any, shape: Any, df: Any) -> Any:
    dev, shape = _placed(x, loc, shape)
    df = number(df)
    squares, log_det = _whitened(dev, shape)
    size = np.shape(dev)[-1]
    normal = np.isinf(df)
    df = settle(normal, df, 1.0)
    constant = special.gammaln(0.5 * (df + size)) - special.gammaln(0.5 * df) - 0.5 * size * np.log(np.pi * df)
    out = constant - 0.5 * log_det - 0.5 * (df + size) * np.log1p(squares / df)
    return _squeezed(settle(normal, out, -0.5 * (squares + (size * LOG_2PI + log_det))))


multivariate_t = Vectors(
    **_functions(
        stats.multivariate_t, "multivariate_t", "logpdf", _log_student, {"x": ..., "loc": None, "shape": 1, "df": 1}
    )
)
"""Student's t: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.multivariate_t.html"""


def _log_dirichlet(x: Any, alpha: Any) -> Any:
    """SciPy's, alone among these, computes in the precision that it is given."""
    x, alpha = (v if is_variable(v) else operand(v) for v in (x, alpha))
    if np.ndim(alpha) != 1 or np.shape(x)[0] + 1 not in (np.size(alpha), np.size(alpha) + 1) or np.ndim(x) > 2:
        raise ValueError(
            f"Vector 'x' must have either the same number of entries as, or one entry fewer than, parameter vector "
            f"'a', but alpha.shape = {np.shape(alpha)} and x.shape = {np.shape(x)}."
        )
    if np.shape(x)[0] < np.size(alpha):
        x = np.concatenate([x, np.expand_dims(1 - np.sum(x, axis=0), 0)])
    powers = np.reshape(alpha, (-1, *(1,) * (np.ndim(x) - 1))) - 1
    out = np.sum(special.xlogy(powers, x), axis=0) + special.gammaln(np.sum(alpha)) - np.sum(special.gammaln(alpha))
    out = _refuse(np.any(np.less_equal(alpha, 0)), out, "All parameters must be greater than 0")
    off = np.any(np.less(x, 0) | np.greater(x, 1)) | np.any(np.abs(np.sum(stopped(x), axis=0) - 1) > 1e-9)
    out = _refuse(off, out, "The input vector 'x' must lie within the normal simplex.")
    zero = np.any(np.equal(x, 0) & np.less(powers, 0))
    return _squeezed(_refuse(zero, out, "Each entry in 'x' must be greater than zero if its alpha is less than one."))


dirichlet = Vectors(
    **_functions(stats.dirichlet, "dirichlet", "logpdf", _log_dirichlet, {"x": ..., "alpha": ...}),
)
"""Dirichlet: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.dirichlet.html"""


def _log_multinomial(x: Any, n: Any, p: Any) -> Any:
    """Of the probabilities the last is 1 less the others to derivatives too: they are those along the simplex."""
    p = p if hasattr(p, "dtype") else number(p)
    tolerance = 10 * float(np.finfo(np.result_type(p.dtype, np.float32)).eps)
    x, n, p = constant(x), np.trunc(constant(n)), number(p)
    if np.ndim(x) == 0:
        raise ValueError("x must be an array.")
    if np.size(x) and np.shape(x)[-1] != np.shape(p)[-1]:
        raise ValueError(
            f"Size of each quantile should be size of p: received {np.shape(x)[-1]}, but expected {np.shape(p)[-1]}."
        )
    given, rest = stopped(p[..., -1]), 1 - np.sum(p[..., :-1], axis=-1)
    close = np.less_equal(np.abs(1 - np.sum(stopped(p), axis=-1)), tolerance)
    last = rest + np.where(close, given - stopped(rest), 0.0)
    p = np.concatenate([p[..., :-1], np.expand_dims(last, -1)], axis=-1)
    impossible = np.any(np.less(p, 0) | np.greater(p, 1), axis=-1) | np.less(n, 0)
    impossible = impossible if FILLED_IN else impossible | ~close
    outside = np.any(np.less(x, 0) | np.not_equal(np.floor(x), x), axis=-1) | np.not_equal(np.sum(x, axis=-1), n)
    with np.errstate(all="ignore"):
        terms = special.xlogy(x, p) - special.gammaln(x + 1)
        out = special.gammaln(n + 1) + np.sum(terms, axis=-1)
    return settle(impossible, settle(outside, out, -INF), NAN)


multinomial = Counts(
    **_functions(stats.multinomial, "multinomial", "logpmf", _log_multinomial, {"x": ..., "n": ..., "p": ...})
)
"""Multinomial: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.multinomial.html"""
