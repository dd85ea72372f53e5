"""The rates of a differential equation, and where it started, fitted to noisy measurements.

    python examples/implicit_odefit.py

Hares and lynxes after Lotka and Volterra. The gradient of the misfit comes from the adjoint equation, at the cost of a
few solutions whatever the number of parameters.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from tapegrad import value_and_grad
from tapegrad.implicit import odeint
import tapegrad.numpy as tnp

Array = NDArray[np.float64]
RATES = np.array([1.0, 0.4, 0.1, 0.6])
START = np.array([8.0, 4.0])


def change(y: Array, t: float, rates: Array) -> Array:
    """Births, encounters and deaths."""
    hares, lynxes = y[0], y[1]
    rise: Array = tnp.stack([hares * (rates[0] - rates[1] * lynxes), lynxes * (rates[2] * hares - rates[3])])
    return rise


@attrs.frozen
class Fit:
    """What was found."""

    rates: Array
    start: Array
    evaluations: int


def main() -> Fit:
    """Measure, fit, and print both."""
    rng = np.random.default_rng(0)
    times = np.linspace(0.0, 12.0, 13)
    measured = odeint(change, START, times, RATES) * np.exp(0.01 * rng.normal(size=(13, 2)))

    def misfit(logarithms: Array) -> np.float64:
        found = odeint(change, tnp.exp(logarithms[4:]), times, tnp.exp(logarithms[:4]), rtol=1e-6, atol=1e-6)
        return tnp.sum((tnp.log(found) - tnp.log(measured)) ** 2)

    guess = np.log(np.append(1.2 * RATES, measured[0]))
    found = minimize(value_and_grad(misfit), guess, jac=True, method="L-BFGS-B")
    fit = Fit(np.exp(found.x[:4]), np.exp(found.x[4:]), found.nfev)
    print(
        f"rates {fit.rates.round(3)} of {RATES}, start {fit.start.round(2)} of {START}, {fit.evaluations} evaluations"
    )
    return fit


if __name__ == "__main__":
    main()
