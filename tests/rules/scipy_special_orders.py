"""Rows: scipy.special, functions of constant orders and parameters, and those that SciPy writes in Python."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from tapegrad._scipy.special import counting, logistic, spherical
from tests.rules.row import Row, real, row, unreal
from tests.rules.scipy_special import UFUNCS
from tests.untyped import Function

ORDERS = np.array([3, 2])
PLAIN: Any = special
HARMONICS: Any = spherical


def last(name: str, *first: Any, at: Any, note: str = "", **flags: Any) -> Row:
    """The row of a ufunc in its last argument."""
    target = getattr(UFUNCS, name)
    note = note or "complex" * np.iscomplexobj(at)
    label = ", ".join([*map(str, first), *([note] if note else [])])
    return row(f"special.{name}, {label}", lambda x: target(*first, x), np.array(at), **flags)


def python(function: Any, label: str, f: Function, *args: Any, **flags: Any) -> Row:
    """The row of a function that SciPy writes in Python."""
    return row(f"special.{function.__name__}, {label}", f, *map(np.array, args), **flags)


BESSELS = "jv yv iv kv jve yve ive kve hankel1 hankel2 hankel1e hankel2e"
POLYNOMIALS = "eval_legendre eval_chebyt eval_chebyu eval_chebyc eval_chebys eval_laguerre"
SHIFTED = "eval_sh_legendre eval_sh_chebyt eval_sh_chebyu"
DISCRETE: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("pdtr", "pdtrc", "pdtri"), (2,)),
    **dict.fromkeys(("bdtr", "bdtrc", "bdtri", "nbdtr", "nbdtrc", "nbdtri"), (2, 5)),
}
MATRIX = np.array([[0.3, -1.0, 2.0], [0.1, 0.4, -0.3]])
WEIGHTS = np.array([[0.3, -1.0, 0.2], [0.1, 0.0, 0.3]])
EACH_OF_ITS_OWN: list[tuple[str, tuple[Any, ...]]] = [
    *((name, (np.array([1.5, 0.0]),)) for name in BESSELS.split()),
    *((name, (np.array([3, 0]),)) for name in (*POLYNOMIALS.split(), *SHIFTED.split())),
    ("eval_gegenbauer", (np.array([3, 0]), 0.7)),
    ("eval_genlaguerre", (np.array([3, 0]), 0.7)),
    ("eval_jacobi", (np.array([3, 0]), 0.7, 0.4)),
    ("eval_sh_jacobi", (np.array([3, 0]), 1.7, 0.4)),
    ("hyp2f1", (np.array([0.3, 1.4]), 1.2, 0.7)),
]

ROWS = [
    *(last(name, 0.7, at=[0.4, 2.3]) for name in BESSELS.split()),
    *(last(name, 2, at=[0.4, 2.3]) for name in BESSELS.split()),
    *(last(name, 1.3, at=[0.5 + 0.3j, 1.7 - 0.4j]) for name in BESSELS.split()),
    *(last(name, 1.3, at=[60.0, 200.0], note="far") for name in ("ive", "kve")),
    *(last(name, n, at=[0.4, 2.3], single=False) for name in ("kn", "yn", "expn") for n in (0, 2)),
    *(last(name, 0.7, at=[0.4, 2.3]) for name in ("struve", "modstruve", "hyp0f1", "pbdv", "pbvv", "pbwa")),
    *(last(name, 3, at=[0.4, 0.8]) for name in (*POLYNOMIALS.split(), *SHIFTED.split())),
    *(last(name, 2.5, at=[0.4, 0.8]) for name in ("eval_legendre", "eval_chebyt")),
    *(last(name, n, at=[0.4, 0.8], single=False) for name in ("eval_hermite", "eval_hermitenorm") for n in (0, 3)),
    *(last(name, 3, 0.7, at=[0.4, 0.8]) for name in ("eval_gegenbauer", "eval_genlaguerre")),
    last("eval_jacobi", 3, 0.7, 0.4, at=[0.4, 0.8]),
    last("eval_sh_jacobi", 3, 1.7, 0.4, at=[0.4, 0.8]),
    last("lpmv", 2, 3, at=[0.4, -0.8]),
    *(last(name, *counts, at=[0.3, 0.6], single=False) for name, counts in DISCRETE.items()),
    *(
        last(name, *parameters, at=[0.5 + 0.3j, 0.2 - 0.4j], note="orders of their own", order=1)
        for name, parameters in EACH_OF_ITS_OWN
    ),
    *(last(name, 0.3, 1.2, at=[0.4, 0.8]) for name in ("hyp1f1", "hyperu", "wright_bessel")),
    last("hyp2f1", 0.3, 1.2, 0.7, at=[0.4, -0.8]),
    last("hyp2f1", 0.3, 1.2, 0.7, at=[0.2 + 0.3j]),
    row("special.lambertw", lambda x: PLAIN.lambertw(x), np.array([0.0, 0.4, 2.3])),
    row("special.lambertw, branch -1", lambda x: PLAIN.lambertw(x, -1), np.array([-0.3, -0.1])),
    row("special.lambertw, complex", lambda x: PLAIN.lambertw(x, k=1), np.array([-0.3 + 1j, 2j])),
    row("special.jvp", lambda x: PLAIN.jvp(1, x, 2), np.array([0.4, 2.3])),
    row("special.logsumexp", lambda x: logistic.logsumexp(x), MATRIX),
    row("special.logsumexp of a number", lambda x: logistic.logsumexp(x), 0.7),
    row("special.logsumexp, axis", lambda x: logistic.logsumexp(x, axis=1, keepdims=True), MATRIX),
    row("special.logsumexp, axes", lambda x: logistic.logsumexp(x, (0, -1)), real(2, 3, 2)),
    row("special.logsumexp, complex", lambda x: logistic.logsumexp(x, axis=0), unreal(2, 3)),
    row(
        "special.logsumexp, weighted",
        lambda x, w: logistic.logsumexp(x, axis=0, b=w),
        MATRIX,
        np.abs(WEIGHTS) + 0.1,
    ),
    row(
        "special.logsumexp, weights broadcast", lambda x, w: logistic.logsumexp(x, 1, w), real(2, 3), np.array([[0.4]])
    ),
    row(
        "special.logsumexp, signed",
        lambda x, w: logistic.logsumexp(x, axis=1, b=w, return_sign=True),
        MATRIX,
        WEIGHTS,
    ),
    row("special.softmax", lambda x: logistic.softmax(x), MATRIX),
    row("special.softmax, axis", lambda x: logistic.softmax(x, axis=-1), MATRIX),
    row("special.log_softmax", lambda x: logistic.log_softmax(x), MATRIX),
    row("special.log_softmax, axis", lambda x: logistic.log_softmax(x, axis=-1), MATRIX),
    python(special.polygamma, "1", lambda x: counting.polygamma(1, x), [0.4, 2.3], single=False),
    python(special.polygamma, "orders", lambda x: counting.polygamma(ORDERS, x), [0.4, 2.3], single=False),
    python(special.multigammaln, "3", lambda x: counting.multigammaln(x, 3), [1.4, 2.3]),
    python(special.factorial, "float", lambda x: counting.factorial(x), [0.4, 2.0]),
    python(special.comb, "both", lambda x, y: counting.comb(x, y), [4.3, 5.0], [1.2, 2.0]),
    python(special.comb, "repetition", lambda x, y: counting.comb(x, y, repetition=True), [4.3, 5.0], [1.2, 2.0]),
    python(special.perm, "both", lambda x, y: counting.perm(x, y), [4.3, 5.0], [1.2, 2.0]),
    *(
        python(front, f"{n}{', slope' * d}", lambda x, front=front, n=n, d=d: front(n, x, d), [0.4, 2.3])
        for front in (spherical.spherical_jn, spherical.spherical_yn, spherical.spherical_in, spherical.spherical_kn)
        for n in (0, 2)
        for d in (False, True)
    ),
]
if hasattr(special, "sph_harm_y"):  # SciPy 1.15
    ROWS.extend(
        row(
            f"special.sph_harm_y{note}",
            lambda theta, phi, orders=orders: HARMONICS.sph_harm_y(ORDERS, orders, theta, phi),
            np.array(theta),
            np.array([0.3, -2.0]),
        )
        for note, orders, theta in (
            ("", np.array([2, -1]), [0.4, 1.2]),
            (" of the highest orders", np.array([3, -2]), [0.4, 1.2]),
            (" of too high orders", np.array([4, -4]), [0.4, 1.2]),
            (" beyond the poles", np.array([1, -1]), [-0.4, 4.2]),
        )
    )
else:
    ROWS.append(
        row(
            "special.sph_harm",
            lambda theta, phi: PLAIN.sph_harm(np.array([2, -2]), ORDERS, theta, phi),
            np.array([0.3, -2.0]),
            np.array([0.4, 1.2]),
        )
    )
if hasattr(special, "log_wright_bessel"):  # SciPy 1.14; before it some builds had no complex hyp1f1
    ROWS.extend(
        [last("log_wright_bessel", 0.3, 1.2, at=[0.4, 0.8]), last("hyp1f1", 0.7, 1.4, at=[0.5 + 0.3j])],
    )
