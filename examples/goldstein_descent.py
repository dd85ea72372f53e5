"""Gradient descent on the Goldstein-Price function, drawn over its contours.

    python examples/goldstein_descent.py goldstein.png

The function falls over six orders of magnitude to its minimum, 3 at (0, -1), and has three local minima beside it.
"""

# matplotlib leaves its keyword arguments untyped
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from itertools import accumulate, repeat
from pathlib import Path
import sys

from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatterMathtext
import numpy as np
from numpy.typing import NDArray

from tapegrad import grad


def goldstein(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """The Goldstein-Price function: of one point, or of a grid of them."""
    return (1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)) * (
        30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    )


def descend(start: tuple[float, float], rate: float, steps: int) -> NDArray[np.float64]:
    """The points that gradient descent passes through: one row for the start, and one for each step."""
    gradient = grad(goldstein)

    def step(point: NDArray[np.float64], _: None) -> NDArray[np.float64]:
        return point - rate * np.array(gradient(*point))

    return np.array(list(accumulate(repeat(None, steps), step, initial=np.array(start))))


def draw(path: NDArray[np.float64]) -> Figure:
    """The contours of the function on a logarithmic scale, and `path` over them."""
    x, y = np.meshgrid(np.linspace(-2, 2, 401), np.linspace(-3, 1, 401))
    figure = Figure(figsize=(6.4, 5.6), layout="constrained")
    axes = figure.add_subplot(
        title=f"Gradient descent on Goldstein-Price, {len(path) - 1:,} steps", xlabel="x", ylabel="y", aspect="equal"
    )
    contours = axes.contourf(
        x, y, goldstein(x, y), levels=np.geomspace(3, 1e6, 23), norm=LogNorm(), cmap="viridis", extend="max"
    )
    figure.colorbar(contours, label="f(x, y)", format=LogFormatterMathtext(), ticks=np.geomspace(1e1, 1e6, 6))
    axes.plot(*path.T, "o-", color="white", markersize=1.8, linewidth=0.8, label="path")
    axes.plot(*path[0], "s", color="white", markersize=7, markeredgecolor="black", label="start")
    axes.plot(0, -1, "*", color="tab:red", markersize=15, markeredgecolor="white", label="minimum")
    axes.legend(loc="upper left")
    return figure


def main(picture: Path) -> NDArray[np.float64]:
    """Descend, save the drawing as `picture`, and return the path."""
    path = descend(start=(0.9, 0.2), rate=2e-5, steps=3000)
    draw(path).savefig(picture, dpi=150)
    return path


if __name__ == "__main__":
    path = main(Path(sys.argv[1] if len(sys.argv) > 1 else "goldstein.png"))
    print(f"arrived at ({path[-1, 0]:.6f}, {path[-1, 1]:.6f}) after {len(path) - 1} steps")
