"""A Gaussian process fitted by its marginal likelihood, with SciPy's optimiser, its linear algebra and its densities.

    python examples/gaussian_process.py

The likelihood is plain NumPy and SciPy. Amplitude, length scale and noise are found from 40 noisy points of a sine; the
noise comes out near the 0.1 that was added, and the mean near the sine.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from tapegrad import value_and_grad
import tapegrad.numpy as tnp
from tapegrad.scipy.stats import multivariate_normal

Array = NDArray[np.float64]
NOISE = 0.1


def covariance(log_scales: Array, x: Array, other: Array) -> Array:
    """The squared-exponential kernel between two sets of points, by the logarithms of amplitude and length."""
    scales = tnp.exp(log_scales)
    distance: Array = (x[:, None] - other[None, :]) / scales[1]
    height: Array = scales[0] ** 2 * tnp.exp(-0.5 * distance**2)
    return height


def misfit(log_scales: Array, x: Array, y: Array) -> np.float64:
    """Minus the logarithm of the marginal likelihood; the last of the scales is the noise."""
    total: Array = covariance(log_scales, x, x) + tnp.exp(2 * log_scales[2]) * np.eye(len(x))
    return -tnp.sum(multivariate_normal.logpdf(y, np.zeros(len(x)), total))


@attrs.frozen
class Fit:
    """What was found."""

    amplitude: float
    length: float
    noise: float
    evaluations: int
    error: float
    """Of the predicted mean, against the sine: root mean square."""


def main() -> Fit:
    """Fit, predict, and print both."""
    rng = np.random.default_rng(0)
    x = np.sort(rng.uniform(0, 2 * np.pi, 40))
    y = np.sin(x) + NOISE * rng.normal(size=x.size)

    found = minimize(value_and_grad(misfit, argnums=0), np.zeros(3), args=(x, y), jac=True, method="L-BFGS-B")
    scales: Array = found.x
    total: Array = covariance(scales, x, x) + np.exp(2 * scales[2]) * np.eye(x.size)
    grid = np.linspace(0.5, 5.5, 101)
    mean: Array = covariance(scales, grid, x) @ cho_solve(cho_factor(total), y)
    amplitude, length, noise = np.exp(scales)
    fit = Fit(amplitude, length, noise, found.nfev, float(np.sqrt(np.mean((mean - np.sin(grid)) ** 2))))
    print(
        f"amplitude {fit.amplitude:.2f}, length {fit.length:.2f}, noise {fit.noise:.3f} after {fit.evaluations} "
        f"evaluations; the mean is off by {fit.error:.3f}"
    )
    return fit


if __name__ == "__main__":
    main()
