"""The penalties of a ridge regression, one for each feature, tuned by the gradient of the error on held-out data.

    python examples/implicit_tuning.py

The weights are what SciPy's optimiser finds; how they depend on the penalties follows from the equation that they
satisfy. Three of eight features matter: the penalties of the others grow, and the error falls to a small part.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from tapegrad import grad, value_and_grad
from tapegrad.implicit import custom_minimum
import tapegrad.numpy as tnp

Array = NDArray[np.float64]
WEIGHTS = np.array([2.0, -1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0])


def penalised(weights: Array, log_penalties: Array, x: Array, y: Array) -> np.float64:
    """What the fit minimises."""
    misses: Array = x @ weights - y
    return tnp.sum(misses**2) + tnp.sum(tnp.exp(log_penalties) * weights**2)


@custom_minimum(penalised)
def fitted(start: Array, log_penalties: Array, x: Array, y: Array) -> Array:
    """The weights for these penalties."""
    slope = grad(penalised, argnums=0)
    found: Array = minimize(penalised, start, (log_penalties, x, y), jac=slope, options={"gtol": 1e-8}).x
    return found


@attrs.frozen
class Tuning:
    """What was found."""

    before: float
    """The mean squared error on the held-out data with all penalties 1."""
    after: float
    penalties: Array


def main() -> Tuning:
    """Tune, and print the error before and after."""
    rng = np.random.default_rng(0)
    x, held_out = rng.normal(size=(12, 8)), rng.normal(size=(40, 8))
    y = x @ WEIGHTS + 0.5 * rng.normal(size=12)
    truth = held_out @ WEIGHTS

    def error(log_penalties: Array) -> np.float64:
        misses: Array = held_out @ fitted(np.zeros(8), log_penalties, x, y) - truth
        mean: np.float64 = tnp.sum(misses**2) / truth.size
        return mean

    found = minimize(value_and_grad(error), np.zeros(8), jac=True, method="L-BFGS-B", bounds=[(-10.0, 10.0)] * 8)
    tuning = Tuning(float(error(np.zeros(8))), float(found.fun), np.exp(found.x))
    print(f"error {tuning.before:.4f} before, {tuning.after:.4f} after {found.nfev} evaluations")
    print("penalties", np.array2string(tuning.penalties, precision=2, suppress_small=True))
    return tuning


if __name__ == "__main__":
    main()
