"""Rows: polynomials."""

from __future__ import annotations

import numpy as np

from tests.rules.row import real, row, unreal
from tests.untyped import plain

P, Q = real(4, low=0.3, high=1.0), real(3, low=0.3, high=1.0)
X, V = real(2, 3), real(6)
Y = real(6)
WEIGHTS = real(6, low=0.5, high=1.5)

# single=False: NumPy multiplies by integers of 64 bits, or lets what rounding leaves decide about a length.
# batch=False: NumPy tells no protocol of `k`, nor that it alone is batched.
ROWS = [
    row("polyval", lambda p, x: plain.polyval(p, x), P, X),
    row("polyval of a number", lambda p, x: plain.polyval(p, x), P, 0.7, single=False),
    row("polyval of constants", lambda x: plain.polyval([1, 2, 3], x), X),
    row("polyval, complex", lambda p, x: plain.polyval(p, x), P, unreal(3)),
    row("polyadd", lambda p, q: (np.polyadd(p, q), np.polyadd(q, 2.0)), P, Q),
    row("polysub", lambda p, q: (np.polysub(p, q), np.polysub(q, p)), P, Q),
    row("polymul", lambda p, q: plain.polymul(p, q), P, Q),
    row("polymul by a number", lambda p: plain.polymul(p, 3.0), P),
    row("polydiv", lambda p, q: plain.polydiv(p, q), P, Q, single=False),
    row("polydiv by a longer one", lambda p, q: plain.polydiv(q, p), P, Q),
    row("polyder", lambda p: (np.polyder(p), np.polyder(p, 2)), P, single=False),
    row("polyint", lambda p: (np.polyint(p), np.polyint(p, 2, 0.5)), P, single=False),
    row("polyint, constants", lambda p, k: plain.polyint(p, m=2, k=k), P, real(2), batch=False, single=False),
    row("poly", lambda x: plain.poly(x), Q),
    row("poly, complex", lambda x: plain.poly(x), unreal(3)),
    row("vander", lambda x: np.vander(x), V, single=False),
    row("vander, increasing", lambda x: np.vander(x, 3, increasing=True), V, single=False),
    row("roots", lambda p: plain.roots(p), np.array([1.0, -2.5, 0.3, 0.4])),
    row("roots, complex", lambda p: plain.roots(p), np.array([1.0, 0.5, 1.3, 0.4])),
    row("roots, zeros at the ends", lambda p: plain.roots(p), np.array([1.0, -2.5, 0.3, 0.4, 0.0])),
    row("polyfit", lambda x, y: plain.polyfit(x, y, 2), V, Y),
    row("polyfit, weights", lambda x, y, w: plain.polyfit(x, y, 1, w=w), V, Y, WEIGHTS),
    row("polyfit of two", lambda y: plain.polyfit(V, y, 2), real(6, 2), single=False),
    row("polyfit, cov", lambda x, y: plain.polyfit(x, y, 2, cov=True), V, Y),
    row("polyfit, unscaled", lambda x, y: plain.polyfit(x, y, 1, cov="unscaled"), V, Y),
    row("polyfit, full", lambda x, y: plain.polyfit(x, y, 2, full=True)[:2], V, Y, order=1),
]
