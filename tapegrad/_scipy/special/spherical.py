"""Spherical Bessel functions and spherical harmonics (DLMF 10.51, 14.30), which SciPy writes in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad._place import user_line
from tapegrad._rules.folding import select
from tapegrad._rules.fronts import operand
from tapegrad._rules.kinds import declare
from tapegrad._scipy.special.declaring import rule, special
from tapegrad.errors import MissingRuleError
from tapegrad.extend import Partial, stands_for

# j_n' = (n j_(n-1) - (n+1) j_(n+1)) / (2n + 1), and with other signs for the others (DLMF 10.51.1-2, 10.51.4-5). For
# n = 0 the first term is none, and j_0 stands in for j_-1.


def _spherical(target: Callable[..., Any], sign_below: float, sign_above: float) -> Callable[..., Any]:
    """The function and its derivative, as primitives of n and z."""
    name = target.__name__

    def slope(n: Any, z: Any, derivative: bool) -> Any:
        below, above = apply(np.maximum(n - 1, 0), z, derivative), apply(n + 1, z, derivative)
        return (sign_below * n * below + sign_above * (n + 1) * above) / (2 * n + 1)

    def compute(n: Any, z: Any, derivative: bool) -> Any:
        return target(n, z, derivative)[()]

    apply = declare(f"special.{name}", compute, {"n": None, "z": Partial(slope)})
    return apply


jn = _spherical(special.spherical_jn, 1, -1)
yn = _spherical(special.spherical_yn, 1, -1)
in_ = _spherical(special.spherical_in, 1, 1)
kn = _spherical(special.spherical_kn, -1, -1)


@stands_for(special.spherical_jn)
def spherical_jn(n: Any, z: Any, derivative: bool = False) -> Any:
    """The spherical Bessel function of the first kind, or its derivative."""
    return jn(operand(n), operand(z), bool(derivative))


@stands_for(special.spherical_yn)
def spherical_yn(n: Any, z: Any, derivative: bool = False) -> Any:
    """The spherical Bessel function of the second kind, or its derivative."""
    return yn(operand(n), operand(z), bool(derivative))


@stands_for(special.spherical_in)
def spherical_in(n: Any, z: Any, derivative: bool = False) -> Any:
    """The modified spherical Bessel function of the first kind, or its derivative."""
    return in_(operand(n), operand(z), bool(derivative))


@stands_for(special.spherical_kn)
def spherical_kn(n: Any, z: Any, derivative: bool = False) -> Any:
    """The modified spherical Bessel function of the second kind, or its derivative."""
    return kn(operand(n), operand(z), bool(derivative))


# ∂Y/∂θ = (√((n-m)(n+m+1)) e^-iφ Y_n^(m+1) - √((n+m)(n-m+1)) e^iφ Y_n^(m-1)) / 2: the difference of the ladder operators
# (DLMF 14.30.10 and 14.10.5), which unlike a single one holds at the poles; ∂Y/∂φ = i m Y. Where |m| > n, Y is 0. Where
# sin θ < 0, SciPy has |sin θ| for it: the function of another angle, which falls as θ rises.


def _slope_in_polar_angle(n: Any, m: Any, theta: Any, phi: Any) -> Any:
    raised = np.sqrt(np.maximum((n - m) * (n + m + 1.0), 0)) * harmonic(n, m + 1, theta, phi)
    lowered = np.sqrt(np.maximum((n + m) * (n - m + 1.0), 0)) * harmonic(n, m - 1, theta, phi)
    turn = np.exp(1j * phi)
    return select(np.sin(theta) < 0, -0.5, 0.5) * (raised / turn - lowered * turn)


if hasattr(special, "sph_harm_y"):  # SciPy 1.15

    def _harmonic(n: Any, m: Any, theta: Any, phi: Any) -> Any:
        return special.sph_harm_y(n, m, theta, phi)[()]

    harmonic = declare(
        "special.sph_harm_y",
        _harmonic,
        {
            "n": None,
            "m": None,
            "theta": Partial(_slope_in_polar_angle),
            "phi": Partial(lambda m, out: 1j * m * out),
        },
        parameters=(),
    )

    @stands_for(special.sph_harm_y)
    def sph_harm_y(n: Any, m: Any, theta: Any, phi: Any, *, diff_n: int = 0) -> Any:
        """Spherical harmonics of degree n and order m at the polar angle theta and the azimuth phi."""
        if diff_n:
            raise MissingRuleError(
                f"sph_harm_y at {user_line()} has no rule for diff_n={diff_n}. Differentiate it instead."
            )
        return harmonic(*(operand(v) for v in (n, m, theta, phi)))

else:  # m and the azimuth first; an order beyond the degree is nan, with a factor 0 beside it

    def harmonic(n: Any, m: Any, theta: Any, phi: Any) -> Any:
        """As `sph_harm_y`."""
        return select(np.abs(m) <= n, special.sph_harm(np.clip(m, -n, n), n, phi, theta), 0)

    rule(
        special.sph_harm,
        None,
        None,
        lambda m, out: 1j * m * out,
        lambda m, n, t, p: _slope_in_polar_angle(n, m, p, t),
        arguments="mntp",
    )
