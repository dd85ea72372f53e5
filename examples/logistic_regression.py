"""Logistic regression on scikit-learn's breast-cancer data: SciPy's minimiser on tapegrad's gradient.

    python examples/logistic_regression.py

The objective is scikit-learn's own, with C = 1, and so are the coefficients that come out.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import scale

from tapegrad import value_and_grad


@attrs.frozen
class Fit:
    """The coefficients, and how they were found."""

    coefficients: NDArray[np.float64]
    intercept: float
    iterations: int
    reference: LogisticRegression
    """scikit-learn's own fit to the same data."""

    @property
    def disagreement(self) -> float:
        """The largest difference from scikit-learn, in any coefficient or the intercept."""
        ours = np.append(self.coefficients, self.intercept)
        theirs = np.append(self.reference.coef_[0], self.reference.intercept_)
        return float(np.max(np.abs(ours - theirs)))


def loss(theta: NDArray[np.float64], inputs: NDArray[np.float64], signs: NDArray[np.float64]) -> np.float64:
    """The negative log-likelihood of `signs` (1 or -1), and half the squared norm of the weights.

    `theta` holds a weight for each column of `inputs`, and last the intercept, which goes unpenalised.
    """
    weights, intercept = theta[:-1], theta[-1]
    margins = signs * (inputs @ weights + intercept)
    surprises: NDArray[np.float64] = np.logaddexp(0.0, -margins)
    return np.sum(surprises) + np.sum(weights**2) / 2


def main() -> Fit:
    """Fit the model twice: by `minimize`, and by scikit-learn."""
    inputs, labels = load_breast_cancer(return_X_y=True)
    inputs, signs = scale(inputs), np.where(labels, 1.0, -1.0)
    start = np.zeros(inputs.shape[1] + 1)
    found = minimize(value_and_grad(loss, argnums=0), start, args=(inputs, signs), jac=True, options={"gtol": 1e-6})
    reference = LogisticRegression(C=1.0, tol=1e-8, max_iter=1000).fit(inputs, labels)
    return Fit(found.x[:-1], float(found.x[-1]), found.nit, reference)


if __name__ == "__main__":
    fit = main()
    print(f"{fit.iterations} iterations; at most {fit.disagreement:.1e} from scikit-learn's coefficients")
