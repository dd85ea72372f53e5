"""Rows: scipy.special, the ufuncs of one argument, and of several in all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from tests.rules.row import Row, row

UFUNCS: Any = special
"""The module without its types, which know no Variables."""


def of(name: str, *args: Any, note: str = "", **flags: Any) -> Row:
    """The row of a ufunc; lists are arrays."""
    target = getattr(UFUNCS, name)

    def f(*args: Any) -> Any:
        return target(*args)

    return row(f"special.{name}{note}", f, *map(np.array, args), **flags)


REAL: dict[str, list[float]] = {
    "erf": [-1.3, 0.4],
    "erfc": [-1.3, 0.4],
    "erfcx": [-1.3, 0.4, 12.0],
    "erfi": [-1.3, 0.4],
    "erfinv": [-0.7, 0.4],
    "erfcinv": [1.3, 0.4],
    "dawsn": [-1.3, 0.4, 12.0],
    "ndtr": [-1.3, 0.4],
    "log_ndtr": [-5.3, 0.4],
    "ndtri": [0.2, 0.7],
    "ndtri_exp": [-1.2, -0.3],
    "expit": [-3.0, 0.4],
    "log_expit": [-3.0, 0.4],
    "logit": [0.2, 0.7],
    "exp2": [-1.3, 0.4],
    "exp10": [-1.3, 0.4],
    "expm1": [-1.3, 0.4],
    "log1p": [-0.3, 0.4],
    "cbrt": [-0.7, 1.4],
    "cosm1": [-0.7, 1.4],
    "sindg": [-70.0, 20.0],
    "cosdg": [-70.0, 20.0],
    "tandg": [-70.0, 20.0],
    "cotdg": [-70.0, 20.0],
    "round": [-0.7, 1.4],
    "exprel": [-0.7, 0.0, 1.4],
    "entr": [0.2, 1.3],
    "gamma": [1.3, -0.7],
    "gammaln": [1.3, 4.0],
    "loggamma": [1.3, 4.0],
    "gammasgn": [1.3, -0.7],
    "digamma": [1.3, -0.7],
    "rgamma": [1.3, -0.7, 0.0],
    "zeta": [2.3, -0.3, -3.3],
    "zetac": [2.3, -0.3],
    "j0": [0.0, 1.3],
    "j1": [0.0, -1.3],
    "y0": [0.4, 2.3],
    "y1": [0.4, 2.3],
    "i0": [0.0, 1.3],
    "i1": [0.0, -1.3],
    "i0e": [0.3, -1.3, 60.0],
    "i1e": [0.3, -1.3, 60.0],
    "k0": [0.4, 2.3],
    "k1": [0.4, 2.3],
    "k0e": [0.4, 2.3, 60.0],
    "k1e": [0.4, 2.3, 60.0],
    "exp1": [0.4, 2.3],
    "expi": [0.4, -2.3],
    "spence": [0.3, 1.0, 1.2, 3.0],
    "wrightomega": [0.4, -2.3],
    "ellipk": [0.3, 0.0, -2.0],
    "ellipkm1": [0.3, 1.0, 2.0],
    "ellipe": [0.3, 0.0, -2.0],
    "ber": [0.0, 1.3],
    "bei": [0.0, 1.3],
    "ker": [0.4, 2.3],
    "kei": [0.4, 2.3],
    "berp": [0.0, 1.3],
    "beip": [0.0, 1.3],
    "kerp": [0.4, 2.3],
    "keip": [0.4, 2.3],
    "airy": [0.4, -2.3],
    "sici": [0.4, 2.3],
    "shichi": [0.4, 2.3],
    "fresnel": [0.4, 1.3],
    "kelvin": [0.4, 1.3],
}
COMPLEX = (
    "erf erfc erfcx erfi dawsn wofz ndtr log_ndtr expm1 log1p gamma loggamma digamma rgamma exp1 expi spence "
    "wrightomega airy sici shichi fresnel"
)
P, Q, R = [0.3, 0.7, 2.0], [0.5, 0.2, 0.1], [0.4, 0.25, 3.0]
SEVERAL: dict[str, tuple[list[float], ...]] = {
    "owens_t": (P, R),
    "powm1": (P, R),
    "boxcox": (P, [0.0, -0.7, 1.3]),
    "boxcox1p": (P, [0.0, -0.7, 1.3]),
    "inv_boxcox": (P, [0.0, -0.7, 1.3]),
    "inv_boxcox1p": (P, [0.0, -0.7, 1.3]),
    "tklmbda": (Q, [0.4, -0.7, 1.3]),
    "radian": (P, Q, R),
    "voigt_profile": (Q, P, R),
    "xlogy": ([0.0, -0.7, 2.0], P),
    "xlog1py": ([0.0, -0.7, 2.0], P),
    "rel_entr": (P, R),
    "kl_div": (P, R),
    "huber": (P, [0.2, -3.0, 1.0]),
    "pseudo_huber": (P, [0.2, -3.0, 1.0]),
    "beta": (P, R),
    "betaln": (P, P),
    "poch": (P, R),
    "binom": (P, R),
    "zeta": ([1.5, 3.0, 6.0], P),
    "gammainc": (P, R),
    "gammaincc": (P, R),
    "gammaincinv": (P, Q),
    "gammainccinv": (P, Q),
    "betainc": (P, R, Q),
    "betaincc": (P, R, Q),
    "betaincinv": (R, P, Q),
    "betainccinv": (P, R, Q),
    "gdtr": (P, R, P),
    "gdtrc": (P, R, P),
    "gdtrix": (P, R, Q),
    "chdtr": (P, R),
    "chdtrc": (P, R),
    "chdtri": (P, Q),
    "fdtr": (P, R, P),
    "fdtrc": (P, R, P),
    "fdtri": (P, R, Q),
    "stdtr": (R, [-0.7, 0.4, 2.0]),
    "stdtrit": (R, [0.2, 0.7, 0.9]),
    "ellipkinc": (P, Q),
    "ellipeinc": (P, Q),
    "ellipj": (P, Q),
    "elliprc": (P, R),
    "elliprf": (P, R, [1.0, 2.0, 0.6]),
    "elliprd": (P, R, [1.0, 2.0, 0.6]),
    "elliprg": (P, R, [1.0, 2.0, 0.6]),
    "agm": (P, R),
}
MANY = {"airy", "sici", "shichi", "fresnel", "kelvin", "ellipj"}
"""Ufuncs with several outputs."""
IMPRECISE = {"gammaincinv", "gammainccinv", "betaincinv", "betainccinv", "gdtrix", "chdtri", "fdtri", "stdtrit"}
"""Inverse distribution functions: of single precision SciPy's own values keep too few digits for a comparison."""

ROWS = [
    *(of(name, x, elementwise=name not in MANY) for name, x in REAL.items()),
    *(of(name, [0.5 + 0.3j, 1.2 - 0.4j], note=", complex") for name in COMPLEX.split()),
    *(
        of(name, *args, note=" in all", elementwise=name not in MANY, single=name not in IMPRECISE)
        for name, args in SEVERAL.items()
    ),
    *(
        of(name, [[0.4], [0.8]], [0.2, 0.3, 0.6], note=", both stretched", order=1)
        for name in ("betaln", "gammainc", "xlogy", "boxcox", "stdtr", "ellipkinc")
    ),
    of("ellipkinc", [2.0, -5.0, 1.2], [0.0, 0.3, 0.9], note=" past π/2"),
    of("ellipeinc", [2.0, -5.0, 1.2], [0.0, 0.3, 0.9], note=" past π/2"),
    of("xlogy", [0.5 + 0.3j], [1.2 - 0.4j], note=", complex"),
    of("xlog1py", [0.5 + 0.3j], [1.2 - 0.4j], note=", complex"),
    of("gammainc", [0.05, 30.0, 400.0], [0.2, 33.0, 380.0], note=", small and large shapes", single=False),
    of("betainc", [0.05, 30.0, 2.0], [3.0, 50.0, 0.05], [0.1, 0.4, 0.9], note=", small and large shapes", single=False),
    of("voigt_profile", [0.3], [0.0], [0.4], note=" without width", order=0),
]
