"""The rules: one file a family, none importing another. `kinds` has the words in which they are written.

Read `arithmetic` first, then any. `operators` gives the Variable what the families define.
"""

from tapegrad._rules import (
    arithmetic as arithmetic,
    casting as casting,
    comparisons as comparisons,
    complexes as complexes,
    contractions as contractions,
    creation as creation,
    cumulative as cumulative,
    diagonals as diagonals,
    einsum as einsum,
    exponential as exponential,
    extrema as extrema,
    indexing as indexing,
    joining as joining,
    operators as operators,
    products as products,
    queries as queries,
    reductions as reductions,
    shapes as shapes,
    trigonometric as trigonometric,
    verdicts as verdicts,
)
