"""Rules for scipy.linalg, whose functions cannot be intercepted: functions of the same names stand for them.

Its functions take stacks of matrices, as SciPy's do from version 1.16 on.
"""

from tapegrad._scipy.linalg import (
    band_factors as band_factors,
    banded as banded,
    building as building,
    eigen as eigen,
    equations as equations,
    factors as factors,
    hermitian as hermitian,
    least_squares as least_squares,
    matrix_functions as matrix_functions,
    orthogonal as orthogonal,
    refused as refused,
    schurs as schurs,
    singular as singular,
    solving as solving,
)
