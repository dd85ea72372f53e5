"""Rules for scipy.special: one file a family, in the words of `declaring`."""

from tapegrad._scipy.special import (
    airy as airy,
    bessels as bessels,
    carlson as carlson,
    counting as counting,
    cumulative as cumulative,
    elementary as elementary,
    elliptic as elliptic,
    errors as errors,
    gammas as gammas,
    hypergeometric as hypergeometric,
    information as information,
    integrals as integrals,
    logistic as logistic,
    polynomials as polynomials,
    scaled_bessels as scaled_bessels,
    spherical as spherical,
    zetas as zetas,
)
