"""Exponentially scaled Bessel functions, in the argument (DLMF 10)."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt
from typing import Any

import attrs
import numpy as np

from tapegrad._rules.dependences import Dependence, Rule
from tapegrad._rules.folding import select
from tapegrad._rules.kinds import declare
from tapegrad._rules.ufuncs import enter
from tapegrad._scipy.special.declaring import Unknown, rule, special
from tapegrad.extend import Differential

ORDER = Unknown("the order v")
TERMS = 20

# On the right of 0, exp(-x) I_v(x) √(2πx) and exp(x) K_v(x) √(2x/π) have the asymptotic series Σ (∓1)^k a_k / x^k, with
# a_k = a_(k-1) (4v² - (2k-1)²) / (8k) (DLMF 10.40.1-2). Far out the derivative is taken from it: there it is a small
# difference of neighbouring orders.


def _near_or_far(v: Any, x: Any, near: Any, sign: float) -> Any:
    far = np.greater(x, 40 + v * v)
    safe = select(far, x, 40 + v * v)
    inverse = sign / safe
    total: Any = TERMS + 0.5
    for k in range(TERMS, 0, -1):
        total = (k - 0.5) + (4 * v * v - (2 * k - 1) ** 2) / (8 * k) * inverse * total
    scale = sqrt(pi / 2) if sign > 0 else sqrt(0.5 / pi)
    return select(far, -scale / (safe * np.sqrt(safe)) * total, near)[()]


def _slope_of_growing(v: Any, x: Any, below: Any, out: Any, above: Any) -> Any:
    return _near_or_far(v, x, 0.5 * (below + above) - np.sign(x) * out, -1.0)


def _slope_of_decaying(v: Any, x: Any, below: Any, out: Any, above: Any) -> Any:
    return _near_or_far(v, x, out - 0.5 * (below + above), 1.0)


def _slope_of_ive(x: Any, y: Any, out: Any) -> Any:
    return _slope_of_growing(x, y, special.ive(x - 1, y), out, special.ive(x + 1, y))


def _slope_of_kve(x: Any, y: Any, out: Any) -> Any:
    below, above = special.kve(x - 1, y), special.kve(x + 1, y)
    return out - 0.5 * (below + above) if np.iscomplexobj(y) else _slope_of_decaying(x, y, below, out, above)


rule(special.i0e, lambda x, out: _slope_of_growing(0, x, special.i1e(x), out, special.i1e(x)))
rule(special.i1e, lambda x, out: _slope_of_growing(1, x, special.i0e(x), out, special.ive(2.0, x)))
rule(special.k0e, lambda x, out: _slope_of_decaying(0, x, special.k1e(x), out, special.k1e(x)))
rule(special.k1e, lambda x, out: _slope_of_decaying(1, x, special.k0e(x), out, special.kve(2.0, x)))
rule(special.kve, ORDER, _slope_of_kve)
rule(
    special.hankel1e,
    ORDER,
    lambda x, y, out: 0.5 * (special.hankel1e(x - 1, y) - special.hankel1e(x + 1, y)) - 1j * out,
)
rule(
    special.hankel2e,
    ORDER,
    lambda x, y, out: 0.5 * (special.hankel2e(x - 1, y) - special.hankel2e(x + 1, y)) + 1j * out,
)

# ive is scaled by exp(-|Re z|), jve and yve by exp(-|Im z|): real functions, so that these are not holomorphic.


def _scaled(function: np.ufunc, of_real: Rule, sign: float, part: Callable[[Any], Any]) -> None:
    """A function whose derivative is half of that of order v - 1, plus or minus half of that of order v + 1."""

    def differential(dy: Any, x: Any, y: Any, out: Any) -> Any:
        slope = 0.5 * (function(x - 1, y) + sign * function(x + 1, y))
        return slope * dy - np.sign(part(y)) * out * part(dy)

    real = rule(function, ORDER, of_real)
    complex_parts: dict[str, Dependence | None] = {
        "x": attrs.evolve(ORDER, function=function.__name__),
        "y": Differential(differential),
    }
    unreal = declare(f"special.{function.__name__}_complex", function, complex_parts, parameters=())

    def either(v: Any, z: Any) -> Any:
        return unreal(v, z) if np.iscomplexobj(z) else real(v, z)

    enter(function, either)


_scaled(special.ive, _slope_of_ive, 1.0, np.real)
_scaled(special.jve, lambda x, y: 0.5 * (special.jve(x - 1, y) - special.jve(x + 1, y)), -1.0, np.imag)
_scaled(special.yve, lambda x, y: 0.5 * (special.yve(x - 1, y) - special.yve(x + 1, y)), -1.0, np.imag)
