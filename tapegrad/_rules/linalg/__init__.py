"""Linear algebra: one file a family, none importing another."""

from tapegrad._rules.linalg import (
    determinants as determinants,
    factors as factors,
    norms as norms,
    products as products,
    pseudoinverses as pseudoinverses,
    solving as solving,
    spectra as spectra,
)
