"""Derivatives of what an algorithm finds: roots, fixed points, minima, solutions of linear and differential equations.

They follow from the equation that the result satisfies, not from the algorithm's steps: any solver will do, nothing of
its run is recorded, and memory does not grow with its iterations. Results nest under every transform, to any order.

Whatever is to be differentiated is passed in as an argument. A function that uses a differentiated value by other ways
(a closure) is refused: its derivative would be lost.
"""

from __future__ import annotations

from tapegrad._implicit.decorators import (
    custom_fixed_point as custom_fixed_point,
    custom_minimum as custom_minimum,
    custom_root as custom_root,
)
from tapegrad._implicit.krylov import cg as cg, gmres as gmres
from tapegrad._implicit.linear import linear_solve as linear_solve
from tapegrad._implicit.ode import odeint as odeint

__all__ = ["custom_root", "custom_fixed_point", "custom_minimum", "linear_solve", "cg", "gmres", "odeint"]
