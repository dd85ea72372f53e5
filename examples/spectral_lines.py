"""Two overlapping spectral lines on a sloping background, fitted by least squares over a tree of parameters.

    python examples/spectral_lines.py

A line is an attrs class: its position, width and area are fitted, its profile is a static field. Bounds, the result
and its standard errors are trees of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt
from typing import TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad import ravel_tree, static
import tapegrad.numpy as tnp
from tapegrad.scipy.optimize import least_squares

Array: TypeAlias = NDArray[np.float64]
Profile: TypeAlias = Callable[[Array, float], Array]


def gaussian(x: Array, width: float) -> Array:
    """A profile of unit area: broadened by motion."""
    return tnp.exp(-tnp.square(x / width) / 2) / (width * sqrt(2 * pi))


def lorentzian(x: Array, width: float) -> Array:
    """A profile of unit area: broadened by the lifetime of the state."""
    return width / pi / (x**2 + width**2)


@attrs.frozen
class Line:
    """A spectral line."""

    position: float
    width: float
    area: float
    profile: Profile = attrs.field(default=gaussian, metadata=static)

    def __call__(self, x: Array) -> Array:
        """The intensity at x."""
        return self.area * self.profile(x - self.position, self.width)


@attrs.frozen
class Spectrum:
    """Lines over a background that is a polynomial."""

    lines: tuple[Line, ...]
    background: Array

    def __call__(self, x: Array) -> Array:
        """The intensity at x."""
        lines = sum((line(x) for line in self.lines), start=np.zeros(x.shape))
        return lines + np.vander(x, len(self.background)) @ self.background


TRUTH = Spectrum((Line(-0.4, 0.25, 1.0), Line(0.3, 0.15, 0.6, lorentzian)), np.array([0.1, 0.5]))
NOISE = 0.05


@attrs.frozen
class Fit:
    """The fitted spectrum, and how sure it is."""

    spectrum: Spectrum
    errors: Spectrum
    """The standard error of each parameter, in its place."""
    runs: int
    """How often the model was evaluated."""


def fit(x: Array, y: Array, start: Spectrum) -> Fit:
    """Fit a spectrum to the data; widths and areas are positive."""
    lines = (attrs.evolve(line, position=-np.inf, width=0.0, area=0.0) for line in start.lines)
    lower = Spectrum(tuple(lines), np.full(start.background.shape, -np.inf))
    found = least_squares(lambda spectrum: (spectrum(x) - y) / NOISE, start, bounds=(lower, np.inf))
    _, unravel = ravel_tree(start)
    covariance = np.linalg.inv(found.jac.T @ found.jac)
    return Fit(found.x, unravel(np.sqrt(np.diagonal(covariance))), found.nfev)


def main() -> Fit:
    """Fit simulated data."""
    x = np.linspace(-1.5, 1.5, 301)
    y = TRUTH(x) + NOISE * np.random.default_rng(0).normal(size=x.shape)
    start = Spectrum((Line(-0.6, 0.1, 0.5), Line(0.5, 0.3, 0.5, lorentzian)), np.zeros(2))
    return fit(x, y, start)


if __name__ == "__main__":
    found = main()
    for line, error in zip(found.spectrum.lines, found.errors.lines, strict=True):
        print(f"{line.profile.__name__} line")
        for name in ("position", "width", "area"):
            print(f"    {name:8} {getattr(line, name):6.3f} ± {getattr(error, name):.3f}")
    print(f"{found.runs} evaluations of the model")
