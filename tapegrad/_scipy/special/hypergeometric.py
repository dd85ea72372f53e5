"""Hypergeometric functions in their last argument (DLMF 13, 15, 16). In the parameters no closed form is known."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._scipy.special.declaring import Unknown, rule, special

A, B, C = (Unknown(f"the parameter {name}") for name in "abc")

rule(special.hyp0f1, Unknown("the parameter v"), lambda x, y: special.hyp0f1(x + 1, y) / x)
rule(special.hyp1f1, A, B, lambda x, y, z: x / y * special.hyp1f1(x + 1, y + 1, z))
rule(
    special.hyp2f1,
    A,
    B,
    C,
    lambda a, b, c, z: a * b / c * special.hyp2f1(a + 1, b + 1, c + 1, z),
    arguments="abcz",
)
rule(special.hyperu, A, B, lambda x, y, z: -x * special.hyperu(x + 1, y + 1, z))


def _slope_of_log(x: Any, y: Any, z: Any, out: Any) -> Any:
    return np.exp(special.log_wright_bessel(x, x + y, z) - out)


rule(special.wright_bessel, A, B, lambda x, y, z: special.wright_bessel(x, x + y, z))
if hasattr(special, "log_wright_bessel"):  # SciPy 1.14
    rule(special.log_wright_bessel, A, B, _slope_of_log)
