"""Elementary functions of float64 numbers without branches, so that a compiler can compute several at once.

Kernels contain copies of these functions, compiled by numba; they are plain Python on NumPy's numbers too. An argument
is reduced to a short interval around 0, exactly or nearly so, and there the function is its Taylor series, cut where
the rest is below half a unit in the last place. Results are within a few units of the exact ones.
"""

from __future__ import annotations

import numpy as np


def exp_less_one(r: float) -> float:
    """exp(r) - 1 for |r| <= log(2) / 2: r + r**2 / 2 + r**3 / 6 + ..."""
    p = 1 / 6227020800
    p = p * r + 1 / 479001600
    p = p * r + 1 / 39916800
    p = p * r + 1 / 3628800
    p = p * r + 1 / 362880
    p = p * r + 1 / 40320
    p = p * r + 1 / 5040
    p = p * r + 1 / 720
    p = p * r + 1 / 120
    p = p * r + 1 / 24
    p = p * r + 1 / 6
    p = p * r + 1 / 2
    return p * r * r + r


def exp(x: float) -> float:
    """The exponential: 2**k times that of r for x = k log(2) + r; in two factors, as 2**k alone may overflow."""
    x = 710.0 if x > 710.0 else x
    x = -746.0 if x < -746.0 else x
    shifted = x * 1.4426950408889634 + 6755399441055744.0  # 1.5 * 2**52: the digits behind the point are rounded off
    n = shifted - 6755399441055744.0
    k = np.float64(shifted).view(np.int64) - 4843621399236968448  # the bits of that number
    r = x - n * 0.6931471805598903 - n * 5.497923018708371e-14  # log(2); n times its first part is exact
    p = exp_less_one(r) + 1.0
    half = k >> 1
    low = np.int64((half + 1023) << 52).view(np.float64)
    high = np.int64((k - half + 1023) << 52).view(np.float64)
    scaled: float = p * low * high
    return scaled


def expm1(x: float) -> float:
    """2**k exp(r) - 1, as 2 (h (exp(r) - 1) + (h - 1/2)) with h = 2**(k - 1)."""
    y = 710.0 if x > 710.0 else x
    y = -50.0 if y < -50.0 else y
    shifted = y * 1.4426950408889634 + 6755399441055744.0
    n = shifted - 6755399441055744.0
    k = np.float64(shifted).view(np.int64) - 4843621399236968448
    r = y - n * 0.6931471805598903 - n * 5.497923018708371e-14
    p = exp_less_one(r)
    half = np.int64((k + 1022) << 52).view(np.float64)
    scaled = 2.0 * (half * p + (half - 0.5))
    return x if abs(x) < 1e-17 else scaled


def tanh(x: float) -> float:
    """(exp(2 |x|) - 1) / (exp(2 |x|) + 1), with the sign of x."""
    size = abs(x)
    less = expm1(2.0 * (22.0 if size > 22.0 else size))
    value = less / (less + 2.0)
    return -value if x < 0.0 else x if size < 1e-17 else value


def sine(x: float, quarter: int) -> float:
    """The sine of x + quarter * pi / 2, for |x| <= 1e6: for x = n pi / 2 + r, plus or minus the sine or cosine of r."""
    shifted = x * 0.6366197723675814 + 6755399441055744.0
    n = shifted - 6755399441055744.0
    k = np.float64(shifted).view(np.int64) + quarter
    r = x - n * 1.5707963267341256 - n * 6.077100506303966e-11 - n * 2.0222662487959506e-21  # the first two exact
    z = r * r
    s = 1 / 355687428096000
    s = s * z - 1 / 1307674368000
    s = s * z + 1 / 6227020800
    s = s * z - 1 / 39916800
    s = s * z + 1 / 362880
    s = s * z - 1 / 5040
    s = s * z + 1 / 120
    s = s * z - 1 / 6
    s = s * z * r + r
    c = 1 / 20922789888000
    c = c * z - 1 / 87178291200
    c = c * z + 1 / 479001600
    c = c * z - 1 / 3628800
    c = c * z + 1 / 40320
    c = c * z - 1 / 720
    c = c * z + 1 / 24
    c = c * z * z - 0.5 * z + 1.0
    v = c if k & 1 else s
    return -v if k & 2 else v


def sin(x: float) -> float:
    """The sine."""
    return x if x == 0.0 else sine(x, 0)


def cos(x: float) -> float:
    """The cosine."""
    return sine(x, 1)


def log_of_sum(x: float, rest: float) -> float:
    """log(x) + rest, for a small rest: k log(2) + log(1 + f) for x = 2**k (1 + f), sqrt(1/2) <= 1 + f < sqrt(2).

    With s = f / (2 + f), log(1 + f) = 2 artanh(s) = 2 (s + s**3 / 3 + s**5 / 5 + ...), and 2 s = f - s f.
    """
    small = x < 2.2250738585072014e-308
    bits = np.float64(x * 18014398509481984.0 if small else x).view(np.int64)
    k = (bits - 4604544271217802189) >> 52  # the bits of sqrt(1/2)
    f = np.int64(bits - (k << 52)).view(np.float64) - 1.0
    n = np.int64(k + 4843621399236968448).view(np.float64) - 6755399441055744.0
    n = n - 54.0 if small else n
    s = f / (2.0 + f)
    z = s * s
    p = 1 / 23
    p = p * z + 1 / 21
    p = p * z + 1 / 19
    p = p * z + 1 / 17
    p = p * z + 1 / 15
    p = p * z + 1 / 13
    p = p * z + 1 / 11
    p = p * z + 1 / 9
    p = p * z + 1 / 7
    p = p * z + 1 / 5
    p = p * z + 1 / 3
    value: float = f - s * (f - 2.0 * z * p) + (n * 5.497923018708371e-14 + rest) + n * 0.6931471805598903
    value = x if x == np.inf else value
    value = -np.inf if x == 0.0 else value
    value = np.nan if x < 0.0 else value
    return value if x == x else x


def log(x: float) -> float:
    """The logarithm."""
    return log_of_sum(x, 0.0)


def log1p(x: float) -> float:
    """log(1 + x): of u, the sum as it is rounded, and the logarithm's slope 1 / u times what rounding lost."""
    u = 1.0 + x
    value = log_of_sum(u, (x - (u - 1.0)) / u)
    return x if abs(x) < 1e-17 or x == np.inf else value


def logaddexp(x: float, y: float) -> float:
    """log(exp(x) + exp(y)), by the larger and the difference."""
    gap = 0.0 if x == y else abs(x - y)
    return maximum(x, y) + log1p(exp(-gap))


def sigmoid(x: float) -> float:
    """The logistic function."""
    small = exp(-abs(x))
    return (1.0 if x >= 0.0 else small) / (1.0 + small)


def maximum(x: float, y: float) -> float:
    """The larger; nan, if either is."""
    return x if x >= y or x != x else y


def minimum(x: float, y: float) -> float:
    """The smaller; nan, if either is."""
    return x if x <= y or x != x else y


def fmax(x: float, y: float) -> float:
    """The larger; if one is nan, the other."""
    return x if x >= y or y != y else y


def fmin(x: float, y: float) -> float:
    """The smaller; if one is nan, the other."""
    return x if x <= y or y != y else y


def sign(x: float) -> float:
    """1, 0 or -1; nan for nan."""
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else x


def damp(product: float, x: float) -> float:
    """The product x * y, but 0 where x is and the product is nan."""
    return product if product == product or x != 0.0 else 0.0


def damp_both(product: float, x: float, y: float) -> float:
    """The product x * y, but 0 where either is and the product is nan."""
    return product if product == product or (x != 0.0 and y != 0.0) else 0.0


def damp_complex(product: complex, x: complex) -> complex:
    """The product x * y, but 0 where x is and the product is not finite."""
    return product if x != 0.0 or (abs(product.real) < np.inf and abs(product.imag) < np.inf) else 0j


def is_far(x: float) -> bool:
    """Whether x is beyond what `sine` reduces. Of infinities and nan it makes nan, as it should."""
    return 1e6 < abs(x) < np.inf
