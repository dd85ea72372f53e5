"""Linear algebra: one file a family, none importing another."""

from tapegrad._rules.linalg import factors as factors, norms as norms, solving as solving, spectra as spectra
