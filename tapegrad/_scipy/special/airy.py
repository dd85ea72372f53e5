"""Airy, Kelvin and parabolic cylinder functions: values and slopes at once, by their differential equations."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.folding import select
from tapegrad._scipy.special.declaring import Unknown, rule, rule_of_several, special

# Airy: y'' = x y (DLMF 9.2.1).
rule_of_several(special.airy, "ai aip bi bip", x=lambda x, ai, aip, bi, bip: (aip, x * ai, bip, x * bi))

# Kelvin: with y = ber x + i bei x, x y'' + y' = i x y, and so for ker and kei (DLMF 10.61.1, 10.61.3). At 0 the slopes
# of ber and bei vanish: ber x = 1 - ..., bei x = x² / 4 - ....


def _over(slope: Any, x: Any, limit: complex) -> Any:
    """Slope / x, and its limit at 0."""
    start = np.equal(x, 0)
    return select(start, limit, slope / select(start, 1, x))[()]


rule(special.ber, lambda x: special.berp(x))
rule(special.bei, lambda x: special.beip(x))
rule(special.ker, lambda x: special.kerp(x))
rule(special.kei, lambda x: special.keip(x))
rule(special.berp, lambda x, out: -special.bei(x) - _over(out, x, 0.0))
rule(special.beip, lambda x, out: special.ber(x) - _over(out, x, 0.5))
rule(special.kerp, lambda x, out: -special.kei(x) - out / x)
rule(special.keip, lambda x, out: special.ker(x) - out / x)
rule_of_several(
    special.kelvin,
    "be ke bep kep",
    x=lambda x, be, ke, bep, kep: (bep, kep, 1j * be - _over(bep, x, 0.5j), 1j * ke - kep / x),
)

# Parabolic cylinders: D_v and V_v solve y'' = (x² / 4 - v - 1/2) y, W(a, x) solves y'' = (a - x² / 4) y (DLMF 12.2.2,
# 12.14.1).

ORDER = Unknown("the order v")


def _bent(x: Any, y: Any) -> Any:
    return 0.25 * y * y - x - 0.5


rule_of_several(special.pbdv, "d dp", x=ORDER, y=lambda x, y, d, dp: (dp, _bent(x, y) * d))
rule_of_several(special.pbvv, "v vp", x=ORDER, y=lambda x, y, v, vp: (vp, _bent(x, y) * v))
rule_of_several(special.pbwa, "w wp", x=Unknown("the parameter a"), y=lambda x, y, w, wp: (wp, (x - 0.25 * y * y) * w))
