"""Exponential, trigonometric and Fresnel integrals, the dilogarithm (DLMF 6, 7, 25.12), Lambert's W (4.13)."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np

from tapegrad._rules.folding import select
from tapegrad._scipy.special.declaring import rule, rule_of_several, special

rule(special.exp1, lambda x: -np.exp(-x) / x)
rule(special.expi, lambda x: np.exp(x) / x)


def _slope_of_expn(x: Any, y: Any, out: Any) -> Any:
    """-E_{n-1}; of E_0 = exp(-x) / x, for which SciPy has no E_-1, by recurrence (DLMF 8.19.12-13)."""
    first = np.equal(x, 0)
    return -select(first, (np.exp(-y) + out) / select(first, y, 1), special.expn(select(first, 1, x - 1), y))[()]


rule(special.expn, None, _slope_of_expn)


def _sinc(x: Any) -> Any:
    return np.sinc(x / pi)


def _sinhc(x: Any) -> Any:
    """Sinh(x) / x = 0F1(3/2; x² / 4), exact near 0 with all its derivatives."""
    return special.hyp0f1(1.5, 0.25 * x * x)


rule_of_several(special.sici, "si ci", x=lambda x: (_sinc(x), np.cos(x) / x))
rule_of_several(special.shichi, "shi chi", x=lambda x: (_sinhc(x), np.cosh(x) / x))


def _angle(x: Any) -> Any:
    return 0.5 * pi * x * x


rule_of_several(special.fresnel, "s c", x=lambda x: (np.sin(_angle(x)), np.cos(_angle(x))))


def _slope_of_spence(x: Any) -> Any:
    """Log(x) / (1 - x): around 1, where that is 0 / 0, as -F(1, 1; 2; 1 - x) (DLMF 15.4.1)."""
    near = np.abs(x - 1) < 0.5
    far = select(near, 2, x)
    return select(near, -special.hyp2f1(1.0, 1.0, 2.0, select(near, 1 - x, 0)), np.log(far) / (1 - far))[()]


rule(special.spence, _slope_of_spence)


def _slope_of_lambertw(out: Any) -> Any:
    """W' = exp(-W) / (1 + W), at 0 as well."""
    return np.exp(-out) / (1 + out)


rule(special._ufuncs._lambertw, _slope_of_lambertw, None, None)  # special.lambertw hands its arguments on to it
rule(special.wrightomega, lambda out: out / (1 + out))
