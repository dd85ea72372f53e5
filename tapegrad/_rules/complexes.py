"""Complex numbers: parts, conjugate, modulus, sign.

The convention is autograd's and JAX's: the cotangent of z = a + ib is (d/da - i d/db) of the output. Then the rule of a
holomorphic function is its complex derivative, unconjugated. A real function of z has the same expression for its
derivative d, with Re(d dz) on the way forward; the real part is taken where tangents and cotangents are brought to
their dtype.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.dependences import Differential, Partial, Transpose
from tapegrad._rules.fronts import stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.ufuncs import constant, enter, ufunc


def _direction(x: Any) -> Any:
    """The derivative of |x|: its sign, conjugated where x is complex; 0 at 0."""
    return np.conjugate(np.sign(x)) if x.dtype.kind == "c" else np.sign(x)


absolute = ufunc(np.absolute, _direction, compute=abs)
fabs = ufunc(np.fabs, lambda x: np.sign(x))
conjugate = ufunc(np.conjugate, Transpose(lambda ct: np.conjugate(ct)))
real_sign = constant(np.sign)


def _turned(dx: Any, x: Any, out: Any) -> Any:
    """Of x / |x|: the part of dx / |x| that is across x; 0 at 0."""
    size = np.absolute(x)
    across = dx - out * np.real(np.conjugate(out) * dx)
    return np.where(size == 0, 0, across / np.where(size == 0, 1, size))


complex_sign = declare("complex_sign", np.sign, {"x": Differential(_turned)}, parameters=(), elementwise=True)


def sign(x: Any) -> Any:
    """-1, 0 or 1, a constant; of a complex number x / |x|, and 0 at 0."""
    return complex_sign(x) if x.dtype.kind == "c" else real_sign(x)


enter(np.sign, sign)
copysign = ufunc(np.copysign, lambda x, y: np.copysign(1, x) * np.copysign(1, y), None)
heaviside = ufunc(np.heaviside, None, lambda x: np.equal(x, 0))
real_part = declare("real", np.real, {"x": Transpose(lambda ct: ct)}, parameters=(), elementwise=True)
imaginary_part = declare("imag", np.imag, {"x": Transpose(lambda ct: ct * -1j)}, parameters=(), elementwise=True)
argument = declare(
    "angle",
    np.angle,
    {"x": Partial(lambda x: -1j * np.conjugate(np.sign(x)) / np.where(x == 0, 1, np.absolute(x)))},
    parameters=(),
    elementwise=True,
)
flat_argument = declare("angle_constant", np.angle, {"x": None}, parameters=(), elementwise=True)


@stands_for(np.real)
def real(val: Any) -> Any:
    """The real part."""
    return real_part(val)


@stands_for(np.imag)
def imag(val: Any) -> Any:
    """The imaginary part."""
    return imaginary_part(val)


@stands_for(np.angle)
def angle(z: Any, deg: bool = False) -> Any:
    """The argument of a complex number; of a real one 0 or π, a constant."""
    radians = argument(z) if z.dtype.kind == "c" else flat_argument(z)
    return np.degrees(radians) if deg else radians
