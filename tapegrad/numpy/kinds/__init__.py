"""The call of each kind of function, declared once: `tapegrad.numpy.sin` is a `UnaryFloat`, and so are cos, exp, ...

They type what a differentiated function can use. `out=`, and `where=` of a ufunc, work on plain arrays as they do in
NumPy; on differentiated values they are refused, so that the types leave them out.
"""

from __future__ import annotations

from tapegrad.numpy.kinds.arranging import (
    Astype as Astype,
    AtLeast as AtLeast,
    BroadcastArrays as BroadcastArrays,
    BroadcastTo as BroadcastTo,
    Concatenate as Concatenate,
    Copy as Copy,
    Diag as Diag,
    Diagonal as Diagonal,
    ExpandDims as ExpandDims,
    Flip as Flip,
    FlipOne as FlipOne,
    FullLike as FullLike,
    Joining as Joining,
    Like as Like,
    MatrixTranspose as MatrixTranspose,
    MoveAxis as MoveAxis,
    Ravel as Ravel,
    Reshape as Reshape,
    Squeeze as Squeeze,
    Stack as Stack,
    SwapAxes as SwapAxes,
    Take as Take,
    TakeAlongAxis as TakeAlongAxis,
    Trace as Trace,
    Transpose as Transpose,
    Triangle as Triangle,
)
from tapegrad.numpy.kinds.contracting import (
    Einsum as Einsum,
    Inner as Inner,
    Kron as Kron,
    MatMul as MatMul,
    Outer as Outer,
    Tensordot as Tensordot,
    Vdot as Vdot,
)
from tapegrad.numpy.kinds.elementwise import (
    Angle as Angle,
    BinaryDouble as BinaryDouble,
    BinaryFloat as BinaryFloat,
    BinaryNumber as BinaryNumber,
    Clip as Clip,
    Comparison as Comparison,
    DivMod as DivMod,
    FloorDivide as FloorDivide,
    Modulus as Modulus,
    Part as Part,
    Predicate as Predicate,
    Step as Step,
    UnaryFloat as UnaryFloat,
    UnaryNumber as UnaryNumber,
    Where as Where,
)
from tapegrad.numpy.kinds.reducing import (
    Deviation as Deviation,
    Extremum as Extremum,
    Mean as Mean,
    Position as Position,
    Range as Range,
    Running as Running,
    Total as Total,
    Truth as Truth,
)
