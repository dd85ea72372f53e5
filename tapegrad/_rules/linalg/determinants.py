"""Determinants: det and slogdet, at singular matrices too."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.damping import damp
from tapegrad._rules.dependences import Differential, Transpose
from tapegrad._rules.folding import select
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.untyped import linalg

# d det = Σ C da, with the cofactors C, polynomials in the entries: there is nothing singular about them.
#
# Where a is invertible, C = det(a) a⁻ᵀ, which is accurate however badly a is conditioned: the errors of the two factors
# cancel (G. W. Stewart, On the adjugate matrix, Linear Algebra and its Applications 283, 1998). Elsewhere take
# a = U S Vᴴ. The adjugate of a product is that of the factors in reverse order, and of a unitary matrix it is its
# determinant times its inverse: C = det(U) det(Vᴴ) conj(U) C(S) conj(Vᴴ), and C(S) is diagonal, with the products of
# all singular values but one.
#
# Their change: in that frame a + da is S + e with e = Uᴴ da V. To first order in e, with p_ij the product of all
# singular values but the i-th and the j-th, the adjugate of S + e changes by -p_ij e_ij off the diagonal, and by
# Σ_k p_ik e_kk on it. That is exact at every rank. As the second derivative of det it is symmetric: its own transpose.
# From the third derivative on, the matrix must be invertible (LinAlgError).


def _matrix(x: Any) -> Any:
    """A number for each matrix of a stack, to multiply it."""
    return x[..., None, None]


def _total(x: Any) -> Any:
    return np.sum(x, axis=(-2, -1))


def _det(a: Any) -> Any:
    return linalg.det(a)


def _push_det(da: Any, a: Any) -> Any:
    return _total(cofactors(a) * da)


def _pull_det(ct: Any, a: Any) -> Any:
    return _matrix(ct) * cofactors(a)


def _cofactors(a: Any) -> Any:
    size = linalg.det(a)
    singular = size == 0
    if not np.any(singular):
        return _matrix(size) * linalg.inv(a).mT
    found = _matrix(size) * linalg.inv(_made_regular(a, singular)).mT
    return select(_matrix(singular), _cofactors_at_any_rank(a), found)


def _made_regular(a: Any, singular: Any) -> Any:
    """The unit matrix in place of each singular one of a stack."""
    return np.where(_matrix(singular), np.eye(a.shape[-1], dtype=a.dtype), a)


def _cofactors_at_any_rank(a: Any) -> Any:
    u, s, vh, phase = _frame(a)
    rest, last = s[..., :-1], s[..., -1:]
    others = np.prod(rest, axis=-1, keepdims=True)
    products = np.concatenate([others * last / np.where(rest == 0, 1, rest), others], axis=-1)
    return phase * (u.conj() * products[..., None, :]) @ vh.conj()


def _frame(a: Any) -> Any:
    u, s, vh = linalg.svd(a)
    return u, s, vh, _matrix(linalg.det(u) * linalg.det(vh))


def _change(a: Any, e: Any) -> Any:
    """The change of the cofactors of `a` by `e`, to first order."""
    if a.shape[-1] == 0:
        return np.zeros(np.broadcast_shapes(a.shape, e.shape), np.result_type(a, e))
    u, s, vh, phase = _frame(a)
    inner = u.conj().mT @ e @ vh.conj().mT
    pairs = _products_but_two(s)
    on = (pairs @ np.diagonal(inner, axis1=-2, axis2=-1)[..., None]) * np.eye(s.shape[-1], dtype=s.dtype)
    return phase * u.conj() @ (on - pairs * inner).mT @ vh.conj()


def _products_but_two(s: Any) -> Any:
    """The products of all but the i-th and the j-th of some numbers, the smallest last; 0 where i is j.

    Zeros come last. So nothing is divided by the last two: they are multiplied in where they belong.
    """
    n: int = s.shape[-1]
    places = np.arange(n)
    divides = (places < n - 2) & (s != 0)
    inverse = np.where(divides, 1 / np.where(divides, s, 1), 1)
    products = inverse[..., :, None] * inverse[..., None, :] * _matrix(np.prod(s[..., : max(n - 2, 0)], axis=-1))
    for k in range(max(n - 2, 0), n):
        left_out = (places == k)[:, None] | (places == k)
        products = products * np.where(left_out, 1, _matrix(s[..., k]))
    return np.where(np.eye(n, dtype=bool), 0, products).astype(s.dtype)


def _push_change(da: Any, a: Any, e: Any) -> Any:
    """The third derivative, where `a` is invertible: with x = a⁻ᵀ, C = det x, dx = -x daᵀ x, d det = det Σ x da."""
    x = linalg.inv(a).mT
    by_da, by_e = x @ da.mT @ x, x @ e.mT @ x
    trace_da, trace_e = _matrix(_total(x * da)), _matrix(_total(x * e))
    both = by_da @ (e.mT @ x) + by_e @ (da.mT @ x)
    trace_both = trace_da * trace_e - _matrix(_total(by_da * e))
    return _matrix(linalg.det(a)) * (trace_both * x - trace_da * by_e - trace_e * by_da + both)


def _change_back(ct: Any, a: Any) -> Any:
    return cofactor_change(a, ct)


def _push_cofactors(da: Any, a: Any) -> Any:
    return cofactor_change(a, da)


determinant = declare("det", _det, {"a": Differential(_push_det, pull=_pull_det)})
cofactors = declare("cofactors", _cofactors, {"a": Differential(_push_cofactors, pull=_push_cofactors)})
cofactor_change = declare("cofactor_change", _change, {"a": Differential(_push_change), "e": Transpose(_change_back)})


@stands_for(np.linalg.det)
def det(a: Any) -> Any:
    """The determinant; its gradient are the cofactors, also where the matrix is singular."""
    return determinant(operand(a))


# log|det|: d = Re tr(a⁻¹ da). The sign of a complex determinant turns by Im tr(a⁻¹ da); that of a real one is constant.


def _slogdet(a: Any) -> tuple[Any, Any]:
    sign, logabsdet = linalg.slogdet(a)
    return sign, logabsdet


def _slopes(a: Any) -> Any:
    """a⁻ᵀ; infinite for a singular matrix, of which log|det| is -inf."""
    return inverse_transpose(a)


def _inverse_transpose(a: Any) -> Any:
    try:
        return linalg.inv(a).mT
    except np.linalg.LinAlgError:
        singular = linalg.det(a) == 0
        return np.where(_matrix(singular), np.inf, linalg.inv(_made_regular(a, singular)).mT)


def _push_inverse_transpose(da: Any, out: Any) -> Any:
    return -(out @ da.mT @ out)


inverse_transpose = declare(
    "inverse_transpose", _inverse_transpose, {"a": Differential(_push_inverse_transpose, pull=_push_inverse_transpose)}
)


def _push_slogdet(da: Any, a: Any, sign: Any) -> tuple[Any, Any]:
    turned = _total(damp(da, _slopes(a)))
    return (sign * np.imag(turned) * 1j if sign.dtype.kind == "c" else np.zeros(sign.shape, sign.dtype)[()]), np.real(
        turned
    )


def _pull_slogdet(ct: Any, a: Any, sign: Any) -> Any:
    of_sign, of_log = ct
    turned = of_log - 1j * np.real(1j * of_sign * sign) if sign.dtype.kind == "c" else of_log
    return damp(_matrix(turned), _slopes(a))


sign_and_log = declare(
    "slogdet",
    _slogdet,
    {"a": Differential(_push_slogdet, pull=_pull_slogdet)},
    outputs=("sign", "logabsdet"),
)
SlogdetResult = type(np.linalg.slogdet(np.eye(1)))


@stands_for(np.linalg.slogdet)
def slogdet(a: Any) -> Any:
    """The sign (or phase) and the logarithm of the modulus of the determinant."""
    return SlogdetResult(*sign_and_log(operand(a)))
