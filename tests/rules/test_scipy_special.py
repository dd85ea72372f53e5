"""scipy.special where differences see nothing: digits far out, removable singularities, poles, kinks, refusals.

The numbers with many digits were computed with 60 digits, from other formulas (series, differences of these).
"""

from __future__ import annotations

from collections.abc import Callable
import math
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy import special as scipy_special

from tapegrad._core.tables import CALLS
from tapegrad._scipy.special import counting, logistic, spherical
from tapegrad.errors import MissingRuleError
from tests.rules.scipy_special_orders import DISCRETE
from tests.untyped import Function, grad, jvp, vjp, vmap

special: Any = scipy_special
harmonics: Any = spherical
inf = math.inf


def nth(f: Callable[..., Any], n: int) -> Callable[..., Any]:
    """The n-th derivative, forward over forward."""

    def slope(x: Any) -> Any:
        return jvp(f, (x,), (1.0,))[1]

    return f if n == 0 else nth(slope, n - 1)


DIGITS: list[tuple[str, Function, float, list[float]]] = [
    # function, where, the first derivatives
    (
        "gammainc in a, both small",
        lambda a: special.gammainc(a, 0.001),
        0.05,
        [-4.6618130526896798, 28.772988131627402],
    ),
    ("gammainc in a", lambda a: special.gammainc(a, 2.0), 0.5, [-0.13561933520399724, -0.18285354926300594]),
    ("gammainc in a, middle", lambda a: special.gammainc(a, 2.5), 3.0, [-0.24711735748326824, 0.048672459662824085]),
    (
        "gammainc in a, tail",
        lambda a: special.gammainc(a, 70.0),
        50.0,
        [-0.0019840186809362869, -0.00066861474227200237],
    ),
    ("gammaincc in a, large", lambda a: special.gammaincc(a, 990.0), 1000.0, [0.012057749285283054]),
    ("betainc in a, small", lambda a: special.betainc(a, 3.0, 0.001), 0.05, [-4.1668720437366781]),
    ("betainc in b, small", lambda b: special.betainc(0.05, b, 0.001), 3.0, [0.014862948517385423]),
    ("betainc in a, arcsine", lambda a: special.betainc(a, 0.5, 0.3), 0.5, [-0.64281148115728385]),
    ("betainc in b, tail", lambda b: special.betainc(2.0, b, 0.9), 3.0, [0.007619564844077969]),
    ("betainc in a, large", lambda a: special.betainc(a, 60.0, 0.45), 40.0, [-0.02780170656923285]),
    ("betainc in b, near 1", lambda b: special.betainc(5.0, b, 0.99), 0.1, [2.0660123558503191]),
    ("stdtr in n, middle", lambda n: special.stdtr(n, 0.01), 3.0, [9.7334459596979356e-5, -5.9584085304019628e-5]),
    ("stdtr in n, tail", lambda n: special.stdtr(n, -40.0), 2.5, [-0.00020545209471578573, 0.00061252020810891784]),
    ("stdtr in n, large", lambda n: special.stdtr(n, 1.5), 20.0, [0.00038629185967747518, -3.8190847926216768e-5]),
    ("log_ndtr", lambda x: special.log_ndtr(x), -40.0, [40.024968847207264, -0.99937733162140861]),
    ("expit", lambda x: special.expit(x), 40.0, [4.248354255291589e-18, -4.248354255291589e-18]),
    ("expit far", lambda x: special.expit(x), 800.0, [0.0, 0.0]),
    ("expit far left", lambda x: special.expit(x), -800.0, [0.0, 0.0]),
    ("log_expit", lambda x: special.log_expit(x), 40.0, [4.248354255291589e-18, -4.248354255291589e-18]),
    ("log_expit far", lambda x: special.log_expit(x), -800.0, [1.0, 0.0]),
    ("erfcx", lambda x: special.erfcx(x), 9.5, [-0.0061502783967986477, 0.001274067165953476]),
    ("erfcx far", lambda x: special.erfcx(x), 30.0, [-0.00062583541050748407, 4.1653092384458876e-5]),
    ("dawsn", lambda x: special.dawsn(x), 9.5, [-0.0056349014068872824]),
    ("dawsn far", lambda x: special.dawsn(x), 30.0, [-0.00055648406355054791]),
    ("i0e", lambda x: special.i0e(x), 30.0, [-0.0012296158835897392]),
    ("i0e far", lambda x: special.i0e(x), 5000.0, [-5.6423190570275336e-7]),
    ("k0e far", lambda x: special.k0e(x), 5000.0, [-1.7723209417845634e-6]),
    ("ive far", lambda x: special.ive(2.5, x), 300.0, [-3.724298970504896e-5]),
    ("zeta", lambda x: special.zeta(x), 2.0, [-0.93754825431584375]),
    ("zeta at 0", lambda x: special.zeta(x), 0.0, [-0.91893853320467274]),
    ("zeta at a zero", lambda x: special.zeta(x), -2.0, [-0.030448457058393271]),
    ("zeta on the left", lambda x: special.zeta(x), -3.3, [0.0083785799552423411]),
    ("zeta near 1", lambda x: special.zeta(x), 1.0001, [-99999999.927185124]),
    ("Hurwitz's zeta in s", lambda s: special.zeta(s, 0.3), 2.5, [23.94423817902941]),
    ("ellipkinc at m = 0", lambda m: special.ellipkinc(1.2, m), 0.0, [0.21556710243110613, 0.18750304562706919]),
    ("ellipkinc", lambda m: special.ellipkinc(4.0, m), 0.9, [9.5862264028222282, 98.154302676714991]),
    ("ellipkinc near 1", lambda m: special.ellipkinc(1.5, m), 0.999, [42.667871576065607, 5444.6085869035817]),
    ("ellipkinc, m < 0", lambda m: special.ellipkinc(1.2, m), -5.0, [0.035622929124198608, 0.0066132157207572779]),
    ("ellipk at 0", lambda m: special.ellipk(m), 0.0, [math.pi / 8, 9 * math.pi / 64]),
    ("ellipe at 0", lambda m: special.ellipe(m), 0.0, [-math.pi / 8, -3 * math.pi / 64]),
    ("ellipkm1 near 0", lambda p: special.ellipkm1(p), 1e-6, [-499998.30148565571]),
    ("exprel at 0", lambda x: special.exprel(x), 0.0, [1 / 2, 1 / 3, 1 / 4]),
    (
        "exprel near 0",
        lambda x: special.exprel(x),
        1e-6,
        [0.50000033333345833, 0.33333358333343333, 0.25000020000008333],
    ),
    ("exprel", lambda x: special.exprel(x), 3.0, [4.5745637607083706, 3.6454698005903088, 3.0497091738055804]),
    ("boxcox in λ at 0", lambda y: special.boxcox(math.e, y), 0.0, [1 / 2, 1 / 3, 1 / 4]),
    ("boxcox in λ at x = 0", lambda y: special.boxcox(0.0, y), 2.0, [1 / 4, -1 / 4]),
    ("boxcox in x, λ = 0", lambda x: special.boxcox(x, 0.0), 2.0, [1 / 2, -1 / 4]),
    ("boxcox1p in λ at 0", lambda y: special.boxcox1p(math.e - 1, y), 0.0, [1 / 2, 1 / 3]),
    ("inv_boxcox in λ at 0", lambda y: special.inv_boxcox(2.0, y), 0.0, [-14.7781121978613]),
    ("inv_boxcox in λ near 0", lambda y: special.inv_boxcox(2.0, y), 1e-8, [-14.778111508216088]),
    ("inv_boxcox in λ", lambda y: special.inv_boxcox(0.5, y), -0.3, [-0.26647322799596966]),
    ("sinc in sici at 0", lambda x: special.sici(x)[0], 0.0, [1.0, 0.0, -1 / 3]),
    ("shichi at 0", lambda x: special.shichi(x)[0], 0.0, [1.0, 0.0, 1 / 3]),
    ("spence at 1", lambda x: special.spence(x), 1.0, [-1.0, 1 / 2, -2 / 3]),
    ("j1 at 0", lambda x: special.j1(x), 0.0, [0.5, 0.0, -3 / 8]),
    ("bei at 0", lambda x: special.bei(x), 0.0, [0.0, 0.5]),
    ("lambertw at 0", lambda x: np.real(special.lambertw(x)), 0.0, [1.0, -2.0, 9.0]),
    ("rgamma at 0", lambda x: special.rgamma(x), 0.0, [1.0, 2 * float(np.euler_gamma)]),
    ("rgamma at -3", lambda x: special.rgamma(x), -3.0, [-6.0]),
    ("poch at 0", lambda x: special.poch(x, 4.0), 0.0, [6.0, 22.0, 36.0]),
    ("poch at -1", lambda x: special.poch(x, 4.0), -1.0, [-2.0, -2.0]),
    ("binom(2, k) at 3", lambda k: special.binom(2.0, k), 3.0, [-1 / 3]),
    ("binom(n, 3) at 2", lambda n: special.binom(n, 3.0), 2.0, [1 / 3, 1.0]),
    (
        "betaln, x twice",
        lambda x: special.betaln(x, x),
        1.0,
        [-2.0, 4 - math.pi**2 / 3],
    ),
    ("voigt_profile of no width", lambda x: special.voigt_profile(x, 0.0, 1.0), 1.0, [-0.5 / math.pi]),
    ("huber at δ", lambda r: special.huber(1.0, r), 1.0, [1.0, 1.0]),
    ("huber beyond -δ", lambda r: special.huber(1.0, r), -3.0, [-1.0, 0.0]),
    ("huber in δ", lambda delta: special.huber(delta, 3.0), 1.0, [2.0, -1.0]),
    ("pseudo_huber in δ, r small", lambda delta: special.pseudo_huber(delta, 1e-3), 1.0, [2.499997500002344e-13]),
    ("pseudo_huber at δ = 0", lambda delta: special.pseudo_huber(delta, -3.0), 0.0, [3.0]),
    ("pseudo_huber at 0, 0", lambda r: special.pseudo_huber(0.0, r), 0.0, [0.0]),
    ("xlogy at 0, 0 in x", lambda x: special.xlogy(x, 0.0), 0.0, [0.0]),
    ("xlogy at 0, 0 in y", lambda y: special.xlogy(0.0, y), 0.0, [0.0, 0.0]),
    ("xlogy at 0, 0 in both", lambda x: special.xlogy(x, x), 0.0, [0.0]),
    ("xlogy at 0, 2", lambda x: special.xlogy(x, 2.0), 0.0, [math.log(2), 0.0]),
    ("xlog1py at 0, -1", lambda x: special.xlog1py(x, -1.0), 0.0, [0.0]),
    ("xlog1py, y tiny", lambda x: special.xlog1py(x, 1e-20), 1.0, [1e-20]),
    ("entr at 0", lambda x: special.entr(x), 0.0, [inf]),
    ("rel_entr at 0, 0", lambda x: special.rel_entr(x, 0.0), 0.0, [0.0]),
    ("kl_div at 0, 0 in y", lambda y: special.kl_div(0.0, y), 0.0, [1.0]),
    ("i0e at 0, a kink", lambda x: special.i0e(x), 0.0, [0.0]),
    ("gammainc at 0, a = 1", lambda x: special.gammainc(1.0, x), 0.0, [1.0, -1.0]),
    ("gammainc at 0, a = 2", lambda x: special.gammainc(2.0, x), 0.0, [0.0, 1.0]),
    ("betainc at 1", lambda x: special.betainc(2.0, 1.0, x), 1.0, [2.0, 2.0]),
    ("gammainc in a at x = 0", lambda a: special.gammainc(a, 0.0), 2.0, [0.0, 0.0]),
    ("expn at 0", lambda x: special.expn(4, x), 0.0, [-0.5, 1.0]),
    ("spherical_jn at 0", lambda x: spherical.spherical_jn(1, x), 0.0, [1 / 3, 0.0]),
    ("factorial below 0", lambda x: counting.factorial(x), -0.5, [0.0, 0.0]),
    ("comb out of reach", lambda k: counting.comb(3.0, k), 4.5, [0.0]),
    ("beta at a zero", lambda x: special.beta(x, -1.5), 0.5, [-4 / 3 * math.pi]),
    ("beta at a zero, in the other", lambda y: special.beta(0.5, y), -0.5, [-2 * math.pi]),
    ("a constant polynomial", lambda x: special.eval_legendre(0.0, x), 0.3, [0.0, 0.0, 0.0, 0.0]),
    ("a linear polynomial", lambda x: special.eval_chebyt(1.0, x), 0.3, [1.0, 0.0, 0.0]),
    ("a constant polynomial of Jacobi", lambda x: special.eval_sh_jacobi(0, 1.5, 0.7, x), 0.3, [0.0, 0.0]),
    ("Legendre's of degree -3", lambda x: special.eval_legendre(-3, x), 0.3, [0.9, 3.0, 0.0]),
    ("Chebyshev's U of degree -4", lambda x: special.eval_chebyu(-4, x), 0.3, [-2.4, -8.0, 0.0]),
    ("stdtr in n, at t = 0", lambda n: special.stdtr(n, 0.0), 3.0, [0.0, 0.0]),
    ("stdtr in an infinite n", lambda n: special.stdtr(n, 1.0), inf, [0.0]),
    ("stdtr at an infinite n", lambda t: special.stdtr(inf, t), 0.0, [1 / math.sqrt(2 * math.pi), 0.0]),
    ("gammainc in an impossible a", lambda a: special.gammainc(a, 1.0), -0.5, [math.nan]),
    ("betainc at an impossible b", lambda x: special.betainc(1.5, -1.0, x), 0.3, [math.nan]),
    ("bdtrc of less than nothing", lambda p: special.bdtrc(-1.5, 4, p), 0.3, [0.0]),
    ("exp, far left of expm1", lambda x: special.expm1(x), -50.0, [math.exp(-50)]),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("f", "x", "wanted"), [case[1:] for case in DIGITS], ids=[case[0] for case in DIGITS])
def test_digits(f: Callable[..., Any], x: float, wanted: list[float]) -> None:
    for n, derivative in enumerate(wanted, 1):
        np.testing.assert_allclose(nth(f, n)(x), derivative, rtol=1e-11, atol=1e-15 * (derivative == 0))
        np.testing.assert_allclose(grad(nth(f, n - 1))(x), derivative, rtol=1e-11, atol=1e-15 * (derivative == 0))


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning")  # SciPy's: it cuts numbers
@pytest.mark.parametrize("name", list(DISCRETE))
def test_counts_are_cut_to_whole_numbers(name: str) -> None:
    f, counts = getattr(special, name), DISCRETE[name]
    for cut in ((0.7,), (0.0, 0.8))[: len(counts)]:
        fractional = [count + part for count, part in zip(counts, (*cut, 0.0), strict=False)]
        found, wanted = (grad(lambda p, n=n: f(*n, p))(0.3) for n in (fractional, counts))
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_mixed_shapes_of_beta() -> None:
    found = grad(lambda a: grad(lambda b: special.betainc(a, b, 0.3))(0.5))(0.5)
    np.testing.assert_allclose(found, -0.26572975835844431, rtol=1e-11)


REFUSED: list[tuple[Function, str]] = [
    (lambda v: special.jv(v, 1.0), "jv .* the order v"),
    (lambda v: special.jv(v, v), "jv .* the order v"),
    (lambda v: special.ive(v, 1.0 + 0j), "ive .* the order v"),
    (lambda a: special.hyp2f1(a, 1.0, 2.0, 0.3), "hyp2f1 .* the parameter a"),
    (lambda b: special.hyp1f1(1.0, b, 0.3), "hyp1f1 .* the parameter b"),
    (lambda v: special.pbdv(v, 0.3)[0], "pbdv .* the order v"),
    (lambda n: special.eval_legendre(n, 0.3), "eval_legendre .* the degree n"),
    (lambda n: counting.polygamma(n, 0.3), "polygamma .* the order n"),
    (lambda x: counting.comb(x, 2.0, exact=True), "comb .* exact=True"),
    (lambda x: logistic.logsumexp(x * (1 + 0j), return_sign=True)[0], "return_sign"),
    (lambda x: np.real(special.zeta(x * (1 + 0j))), "zeta"),
]


@pytest.mark.parametrize(("f", "argument"), REFUSED)
def test_what_has_no_derivative_says_so(f: Callable[..., Any], argument: str) -> None:
    with pytest.raises((MissingRuleError, TypeError), match=argument):
        grad(f)(2.0)
    with pytest.raises((MissingRuleError, TypeError), match=argument):
        jvp(f, (2.0,), (1.0,))


def test_constant_orders_cost_nothing() -> None:
    """Neither an error nor a residual: an order may be any array, batched too."""
    orders = np.array([0.0, 1.0, 2.5])
    found = vmap(lambda v, x: grad(lambda x: special.jv(v, x))(x), (0, None))(orders, 1.3)
    np.testing.assert_allclose(found, special.jvp(orders, 1.3))


def test_logsumexp_of_infinities() -> None:
    for x in ([-inf, -inf], [inf, -inf], [inf, inf], [-inf, 0.0]):
        assert np.all(np.isfinite(grad(lambda x: logistic.logsumexp(x))(np.array(x))))
    np.testing.assert_array_equal(grad(lambda x: logistic.logsumexp(x))(np.array([-inf, -inf])), [0.0, 0.0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("axes", [(0,), (1,), (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_logsumexp_is_scipys(dtype: Any, axes: tuple[int, ...], keepdims: bool) -> None:
    rows = [[0.5, -40.0, 0.5], [-inf, -inf, -inf], [inf, 1.0, -inf], [inf, inf, 0.0], [math.nan, inf, 1.0], [1e4] * 3]
    for chosen in (rows, [rows[0], rows[-1]]):
        x = np.array(chosen, dtype)
        ours = logistic.log_of_sum(x, axes, keepdims)
        with np.errstate(all="ignore"):  # some of SciPy's warn
            theirs = special.logsumexp(x, axes, keepdims=keepdims)
        assert (type(ours), ours.dtype, ours.shape) == (type(theirs), theirs.dtype, theirs.shape)
        np.testing.assert_allclose(ours, theirs, rtol=4 * np.finfo(dtype).eps)


def test_logsumexp_in_a_weight_of_zero() -> None:
    found = grad(lambda w: logistic.logsumexp(np.array([1.0, 2.0]), b=w))(np.array([1.0, 0.0]))
    np.testing.assert_allclose(found, [1.0, math.e])


def test_plain_arguments_go_to_scipy() -> None:
    x = np.array([[0.3, -1.0], [2.0, 0.1]])
    np.testing.assert_array_equal(logistic.logsumexp(x, axis=1, keepdims=True), special.logsumexp(x, 1, keepdims=True))
    assert type(logistic.logsumexp(x)) is np.float64
    assert counting.comb(5, 2, exact=True) == 10


UNDER_THE_STANDARD = """
from scipy import special
from tapegrad import grad
from tapegrad.scipy import stats
from tapegrad.scipy.special import zeta

print(grad(lambda x: special.gammainc(0.7, x))(1.3), grad(grad(lambda x: special.digamma(x)))(1.3))
print(grad(lambda x: stats.t.cdf(0.4, x))(1.3), grad(grad(lambda x: stats.gamma.logcdf(x, 2.0)))(1.3))
print(grad(grad(lambda x: zeta(1.7, x)))(1.3), grad(lambda x: special.eval_legendre(3, x))(1.3))
"""


def test_under_the_array_api_standard() -> None:
    """Where SciPy wraps its ufuncs, their rules are still found, and find each other."""
    found = [
        subprocess.run(
            [sys.executable, "-c", UNDER_THE_STANDARD], env={**rest, **more}, capture_output=True, text=True, check=True
        ).stdout
        for rest in ({k: v for k, v in os.environ.items() if k != "SCIPY_ARRAY_API"},)
        for more in ({}, {"SCIPY_ARRAY_API": "1"})
    ]
    assert found[0] == found[1]


@pytest.mark.skipif(not hasattr(special, "sph_harm_y"), reason="SciPy 1.15")
def test_harmonics_at_the_pole() -> None:
    found = jvp(lambda theta: harmonics.sph_harm_y(1, 1, theta, 0.0), (0.0,), (1.0,))[1]
    np.testing.assert_allclose(found, -math.sqrt(3 / (8 * math.pi)))


AWKWARD = np.array([math.nan, inf, -inf, 0.0, -0.0, 1.0, -1.0, 0.5, -2.0])
ELEMENTWISE = [u for u in CALLS if u.nout == 1 and u.nin < 3 and getattr(special, u.__name__, None) is u]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("target", [u for u in ELEMENTWISE if "d->d" in u.types], ids=lambda u: u.__name__)
def test_a_zero_stays_zero(target: np.ufunc) -> None:
    """A zero cotangent and a zero tangent, wherever the derivative is infinite or nan."""
    zeros = np.zeros_like(AWKWARD)

    def pulled(x: Any) -> Any:
        return vjp(target, x)[1](zeros)[0]

    np.testing.assert_array_equal(pulled(AWKWARD), zeros)
    np.testing.assert_array_equal(jvp(target, (AWKWARD,), (zeros,))[1], zeros)
    np.testing.assert_array_equal(vjp(pulled, AWKWARD)[1](np.ones_like(zeros))[0], zeros)
