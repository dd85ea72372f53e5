"""The rules: one file a family, none importing another. `kinds` has the words in which they are written."""

from tapegrad._rules import (
    arithmetic as arithmetic,
    casting as casting,
    comparisons as comparisons,
    complexes as complexes,
    creation as creation,
    cumulative as cumulative,
    exponential as exponential,
    extrema as extrema,
    joining as joining,
    operators as operators,
    products as products,
    queries as queries,
    reductions as reductions,
    shapes as shapes,
    trigonometric as trigonometric,
)
