"""scipy.special's functions under precise types. The order is that of SciPy's documentation.

On plain arrays they are SciPy's own; a Variable goes to its rule past all dispatch.

>>> from tapegrad import grad
>>> from tapegrad.scipy.special import gammaln, logsumexp
>>> grad(gammaln)(1.0)
np.float64(-0.5772156649015329)
>>> import numpy as np
>>> grad(logsumexp)(np.log(np.array([1.0, 3.0])))
array([0.25, 0.75])
"""

from __future__ import annotations

from typing import Any, Final

import scipy.special

from tapegrad._scipy import special as rules
from tapegrad.numpy.kinds.elementwise import BinaryFloat, UnaryFloat
from tapegrad.scipy._direct import direct
from tapegrad.scipy.kinds.counting import Combinations, Factorial, Permutations
from tapegrad.scipy.kinds.elementwise import (
    BinaryReal,
    LambertW,
    TernaryFloat,
    TernaryReal,
    UnaryComplex,
    UnaryReal,
    UnaryStep,
    Zeta,
)
from tapegrad.scipy.kinds.outputs import Airy, Jacobi, Kelvin, Pair, ParabolicCylinder
from tapegrad.scipy.kinds.parametric import (
    OfDegree,
    OfDegreeReal,
    OfOrder,
    OfOrderComplex,
    OfOrderReal,
    OfThree,
    OfTwo,
    OfTwoReal,
)
from tapegrad.scipy.kinds.special import LogSumExp, MultiGammaLn, PolyGamma, Softmax, SphericalBessel, SphericalHarmonic


def _function(name: str) -> Any:
    return direct(rules, name)


# Airy functions
airy: Final[Airy] = _function("airy")

# Elliptic functions and integrals
ellipj: Final[Jacobi] = _function("ellipj")
ellipk: Final[UnaryReal] = _function("ellipk")
ellipkm1: Final[UnaryReal] = _function("ellipkm1")
ellipkinc: Final[BinaryReal] = _function("ellipkinc")
ellipe: Final[UnaryReal] = _function("ellipe")
ellipeinc: Final[BinaryReal] = _function("ellipeinc")
elliprc: Final[BinaryFloat] = _function("elliprc")
elliprd: Final[TernaryFloat] = _function("elliprd")
elliprf: Final[TernaryFloat] = _function("elliprf")
elliprg: Final[TernaryFloat] = _function("elliprg")

# Bessel functions
jv: Final[OfOrder] = _function("jv")
jn: Final[OfOrder] = _function("jn")
jve: Final[OfOrder] = _function("jve")
yn: Final[OfDegreeReal] = _function("yn")
yv: Final[OfOrder] = _function("yv")
yve: Final[OfOrder] = _function("yve")
iv: Final[OfOrder] = _function("iv")
ive: Final[OfOrder] = _function("ive")
kn: Final[OfDegreeReal] = _function("kn")
kv: Final[OfOrder] = _function("kv")
kve: Final[OfOrder] = _function("kve")
hankel1: Final[OfOrderComplex] = _function("hankel1")
hankel1e: Final[OfOrderComplex] = _function("hankel1e")
hankel2: Final[OfOrderComplex] = _function("hankel2")
hankel2e: Final[OfOrderComplex] = _function("hankel2e")
wright_bessel: Final[OfTwoReal] = _function("wright_bessel")
if hasattr(scipy.special, "log_wright_bessel"):  # SciPy 1.14
    log_wright_bessel: Final[OfTwoReal] = _function("log_wright_bessel")

# Bessel functions of the orders 0 and 1
j0: Final[UnaryReal] = _function("j0")
j1: Final[UnaryReal] = _function("j1")
y0: Final[UnaryReal] = _function("y0")
y1: Final[UnaryReal] = _function("y1")
i0: Final[UnaryReal] = _function("i0")
i0e: Final[UnaryReal] = _function("i0e")
i1: Final[UnaryReal] = _function("i1")
i1e: Final[UnaryReal] = _function("i1e")
k0: Final[UnaryReal] = _function("k0")
k0e: Final[UnaryReal] = _function("k0e")
k1: Final[UnaryReal] = _function("k1")
k1e: Final[UnaryReal] = _function("k1e")

# Spherical Bessel functions
spherical_jn: Final[SphericalBessel] = _function("spherical_jn")
spherical_yn: Final[SphericalBessel] = _function("spherical_yn")
spherical_in: Final[SphericalBessel] = _function("spherical_in")
spherical_kn: Final[SphericalBessel] = _function("spherical_kn")

# Struve functions
struve: Final[OfOrderReal] = _function("struve")
modstruve: Final[OfOrderReal] = _function("modstruve")

# Distributions: binomial, F, gamma, negative binomial, normal, Poisson, Student's t, chi square
bdtr: Final[OfTwoReal] = _function("bdtr")
bdtrc: Final[OfTwoReal] = _function("bdtrc")
bdtri: Final[OfTwoReal] = _function("bdtri")
fdtr: Final[TernaryReal] = _function("fdtr")
fdtrc: Final[TernaryReal] = _function("fdtrc")
fdtri: Final[TernaryReal] = _function("fdtri")
gdtr: Final[TernaryReal] = _function("gdtr")
gdtrc: Final[TernaryReal] = _function("gdtrc")
gdtrix: Final[TernaryReal] = _function("gdtrix")
nbdtr: Final[OfTwoReal] = _function("nbdtr")
nbdtrc: Final[OfTwoReal] = _function("nbdtrc")
nbdtri: Final[OfTwoReal] = _function("nbdtri")
ndtr: Final[UnaryFloat] = _function("ndtr")
log_ndtr: Final[UnaryFloat] = _function("log_ndtr")
ndtri: Final[UnaryReal] = _function("ndtri")
ndtri_exp: Final[UnaryReal] = _function("ndtri_exp")
pdtr: Final[OfOrderReal] = _function("pdtr")
pdtrc: Final[OfOrderReal] = _function("pdtrc")
pdtri: Final[OfDegreeReal] = _function("pdtri")
stdtr: Final[BinaryReal] = _function("stdtr")
stdtrit: Final[BinaryReal] = _function("stdtrit")
chdtr: Final[BinaryReal] = _function("chdtr")
chdtrc: Final[BinaryReal] = _function("chdtrc")
chdtri: Final[BinaryReal] = _function("chdtri")

# Box-Cox transformations
boxcox: Final[BinaryReal] = _function("boxcox")
boxcox1p: Final[BinaryReal] = _function("boxcox1p")
inv_boxcox: Final[BinaryReal] = _function("inv_boxcox")
inv_boxcox1p: Final[BinaryReal] = _function("inv_boxcox1p")

# Sigmoidal functions
logit: Final[UnaryReal] = _function("logit")
expit: Final[UnaryReal] = _function("expit")
log_expit: Final[UnaryReal] = _function("log_expit")

# Further distribution functions
tklmbda: Final[BinaryReal] = _function("tklmbda")
owens_t: Final[BinaryReal] = _function("owens_t")

# Information theory
entr: Final[UnaryReal] = _function("entr")
rel_entr: Final[BinaryReal] = _function("rel_entr")
kl_div: Final[BinaryReal] = _function("kl_div")
huber: Final[BinaryReal] = _function("huber")
pseudo_huber: Final[BinaryReal] = _function("pseudo_huber")

# Gamma and related functions
gamma: Final[UnaryFloat] = _function("gamma")
gammaln: Final[UnaryReal] = _function("gammaln")
loggamma: Final[UnaryFloat] = _function("loggamma")
gammasgn: Final[UnaryStep] = _function("gammasgn")
gammainc: Final[BinaryReal] = _function("gammainc")
gammaincinv: Final[BinaryReal] = _function("gammaincinv")
gammaincc: Final[BinaryReal] = _function("gammaincc")
gammainccinv: Final[BinaryReal] = _function("gammainccinv")
beta: Final[BinaryReal] = _function("beta")
betaln: Final[BinaryReal] = _function("betaln")
betainc: Final[TernaryReal] = _function("betainc")
betaincc: Final[TernaryReal] = _function("betaincc")
betaincinv: Final[TernaryReal] = _function("betaincinv")
betainccinv: Final[TernaryReal] = _function("betainccinv")
psi: Final[UnaryFloat] = _function("psi")
rgamma: Final[UnaryFloat] = _function("rgamma")
polygamma: Final[PolyGamma] = _function("polygamma")
multigammaln: Final[MultiGammaLn] = _function("multigammaln")
digamma: Final[UnaryFloat] = _function("digamma")
poch: Final[BinaryReal] = _function("poch")

# Error function and Fresnel integrals
erf: Final[UnaryFloat] = _function("erf")
erfc: Final[UnaryFloat] = _function("erfc")
erfcx: Final[UnaryFloat] = _function("erfcx")
erfi: Final[UnaryFloat] = _function("erfi")
erfinv: Final[UnaryReal] = _function("erfinv")
erfcinv: Final[UnaryReal] = _function("erfcinv")
wofz: Final[UnaryComplex] = _function("wofz")
dawsn: Final[UnaryFloat] = _function("dawsn")
fresnel: Final[Pair] = _function("fresnel")
voigt_profile: Final[TernaryReal] = _function("voigt_profile")

# Legendre functions
if hasattr(scipy.special, "sph_harm_y"):  # SciPy 1.15
    sph_harm_y: Final[SphericalHarmonic] = _function("sph_harm_y")
lpmv: Final[OfTwoReal] = _function("lpmv")

# Orthogonal polynomials
eval_legendre: Final[OfDegree] = _function("eval_legendre")
eval_chebyt: Final[OfDegree] = _function("eval_chebyt")
eval_chebyu: Final[OfDegree] = _function("eval_chebyu")
eval_chebyc: Final[OfDegree] = _function("eval_chebyc")
eval_chebys: Final[OfDegree] = _function("eval_chebys")
eval_jacobi: Final[OfThree] = _function("eval_jacobi")
eval_laguerre: Final[OfDegree] = _function("eval_laguerre")
eval_genlaguerre: Final[OfTwo] = _function("eval_genlaguerre")
eval_hermite: Final[OfDegreeReal] = _function("eval_hermite")
eval_hermitenorm: Final[OfDegreeReal] = _function("eval_hermitenorm")
eval_gegenbauer: Final[OfTwo] = _function("eval_gegenbauer")
eval_sh_legendre: Final[OfDegree] = _function("eval_sh_legendre")
eval_sh_chebyt: Final[OfDegree] = _function("eval_sh_chebyt")
eval_sh_chebyu: Final[OfDegree] = _function("eval_sh_chebyu")
eval_sh_jacobi: Final[OfThree] = _function("eval_sh_jacobi")

# Hypergeometric functions
hyp2f1: Final[OfThree] = _function("hyp2f1")
hyp1f1: Final[OfTwo] = _function("hyp1f1")
hyperu: Final[OfTwoReal] = _function("hyperu")
hyp0f1: Final[OfOrder] = _function("hyp0f1")

# Parabolic cylinder functions
pbdv: Final[ParabolicCylinder] = _function("pbdv")
pbvv: Final[ParabolicCylinder] = _function("pbvv")
pbwa: Final[ParabolicCylinder] = _function("pbwa")

# Kelvin functions
kelvin: Final[Kelvin] = _function("kelvin")
ber: Final[UnaryReal] = _function("ber")
bei: Final[UnaryReal] = _function("bei")
berp: Final[UnaryReal] = _function("berp")
beip: Final[UnaryReal] = _function("beip")
ker: Final[UnaryReal] = _function("ker")
kei: Final[UnaryReal] = _function("kei")
kerp: Final[UnaryReal] = _function("kerp")
keip: Final[UnaryReal] = _function("keip")

# Combinatorics
comb: Final[Combinations] = _function("comb")
perm: Final[Permutations] = _function("perm")

# Lambert W and related functions
lambertw: Final[LambertW] = _function("lambertw")
wrightomega: Final[UnaryFloat] = _function("wrightomega")

# Other special functions
agm: Final[BinaryReal] = _function("agm")
binom: Final[BinaryReal] = _function("binom")
expn: Final[OfDegreeReal] = _function("expn")
exp1: Final[UnaryFloat] = _function("exp1")
expi: Final[UnaryFloat] = _function("expi")
factorial: Final[Factorial] = _function("factorial")
shichi: Final[Pair] = _function("shichi")
sici: Final[Pair] = _function("sici")
softmax: Final[Softmax] = _function("softmax")
log_softmax: Final[Softmax] = _function("log_softmax")
spence: Final[UnaryFloat] = _function("spence")
zeta: Final[Zeta] = _function("zeta")
zetac: Final[UnaryReal] = _function("zetac")

# Convenience functions
cbrt: Final[UnaryReal] = _function("cbrt")
exp10: Final[UnaryReal] = _function("exp10")
exp2: Final[UnaryReal] = _function("exp2")
radian: Final[TernaryReal] = _function("radian")
cosdg: Final[UnaryReal] = _function("cosdg")
sindg: Final[UnaryReal] = _function("sindg")
tandg: Final[UnaryReal] = _function("tandg")
cotdg: Final[UnaryReal] = _function("cotdg")
log1p: Final[UnaryFloat] = _function("log1p")
expm1: Final[UnaryFloat] = _function("expm1")
cosm1: Final[UnaryReal] = _function("cosm1")
powm1: Final[BinaryReal] = _function("powm1")
round: Final[UnaryStep] = _function("round")
xlogy: Final[BinaryFloat] = _function("xlogy")
xlog1py: Final[BinaryFloat] = _function("xlog1py")
logsumexp: Final[LogSumExp] = _function("logsumexp")
exprel: Final[UnaryReal] = _function("exprel")
sinc: Final[UnaryFloat] = _function("sinc")

__all__ = [
    "airy",
    "ellipj",
    "ellipk",
    "ellipkm1",
    "ellipkinc",
    "ellipe",
    "ellipeinc",
    "elliprc",
    "elliprd",
    "elliprf",
    "elliprg",
    "jv",
    "jn",
    "jve",
    "yn",
    "yv",
    "yve",
    "iv",
    "ive",
    "kn",
    "kv",
    "kve",
    "hankel1",
    "hankel1e",
    "hankel2",
    "hankel2e",
    "wright_bessel",
    "j0",
    "j1",
    "y0",
    "y1",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "k0",
    "k0e",
    "k1",
    "k1e",
    "spherical_jn",
    "spherical_yn",
    "spherical_in",
    "spherical_kn",
    "struve",
    "modstruve",
    "bdtr",
    "bdtrc",
    "bdtri",
    "fdtr",
    "fdtrc",
    "fdtri",
    "gdtr",
    "gdtrc",
    "gdtrix",
    "nbdtr",
    "nbdtrc",
    "nbdtri",
    "ndtr",
    "log_ndtr",
    "ndtri",
    "ndtri_exp",
    "pdtr",
    "pdtrc",
    "pdtri",
    "stdtr",
    "stdtrit",
    "chdtr",
    "chdtrc",
    "chdtri",
    "boxcox",
    "boxcox1p",
    "inv_boxcox",
    "inv_boxcox1p",
    "logit",
    "expit",
    "log_expit",
    "tklmbda",
    "owens_t",
    "entr",
    "rel_entr",
    "kl_div",
    "huber",
    "pseudo_huber",
    "gamma",
    "gammaln",
    "loggamma",
    "gammasgn",
    "gammainc",
    "gammaincinv",
    "gammaincc",
    "gammainccinv",
    "beta",
    "betaln",
    "betainc",
    "betaincc",
    "betaincinv",
    "betainccinv",
    "psi",
    "rgamma",
    "polygamma",
    "multigammaln",
    "digamma",
    "poch",
    "erf",
    "erfc",
    "erfcx",
    "erfi",
    "erfinv",
    "erfcinv",
    "wofz",
    "dawsn",
    "fresnel",
    "voigt_profile",
    "lpmv",
    "eval_legendre",
    "eval_chebyt",
    "eval_chebyu",
    "eval_chebyc",
    "eval_chebys",
    "eval_jacobi",
    "eval_laguerre",
    "eval_genlaguerre",
    "eval_hermite",
    "eval_hermitenorm",
    "eval_gegenbauer",
    "eval_sh_legendre",
    "eval_sh_chebyt",
    "eval_sh_chebyu",
    "eval_sh_jacobi",
    "hyp2f1",
    "hyp1f1",
    "hyperu",
    "hyp0f1",
    "pbdv",
    "pbvv",
    "pbwa",
    "kelvin",
    "ber",
    "bei",
    "berp",
    "beip",
    "ker",
    "kei",
    "kerp",
    "keip",
    "comb",
    "perm",
    "lambertw",
    "wrightomega",
    "agm",
    "binom",
    "expn",
    "exp1",
    "expi",
    "factorial",
    "shichi",
    "sici",
    "softmax",
    "log_softmax",
    "spence",
    "zeta",
    "zetac",
    "cbrt",
    "exp10",
    "exp2",
    "radian",
    "cosdg",
    "sindg",
    "tandg",
    "cotdg",
    "log1p",
    "expm1",
    "cosm1",
    "powm1",
    "round",
    "xlogy",
    "xlog1py",
    "logsumexp",
    "exprel",
    "sinc",
]
if hasattr(scipy.special, "log_wright_bessel"):
    __all__ += ["log_wright_bessel"]
if hasattr(scipy.special, "sph_harm_y"):
    __all__ += ["sph_harm_y"]
