"""NumPy's functions under precise types, and without its dispatch: `import tapegrad.numpy as tnp`.

On a differentiated value each goes straight to its rule. On anything else it is NumPy's own function, with the same
result. Checkers know what comes back (`tapegrad.numpy.kinds`): an array of the same dtype, of the same shape where
that is known, and never `Any`. The order is that of NumPy's documentation.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tapegrad._rules import (
    casting,
    comparisons,
    complexes,
    contractions,
    creation,
    cumulative,
    diagonals,
    einsum as contraction,
    exponential,
    extrema,
    indexing,
    joining,
    products,
    reductions,
    shapes,
    verdicts,
)
from tapegrad.numpy import fft as fft, linalg as linalg
from tapegrad.numpy._direct import direct
from tapegrad.numpy.kinds import (
    Angle,
    Astype,
    AtLeast,
    BinaryDouble,
    BinaryFloat,
    BinaryNumber,
    BroadcastArrays,
    BroadcastTo,
    Clip,
    Comparison,
    Concatenate,
    Copy,
    Deviation,
    Diag,
    Diagonal,
    DivMod,
    Einsum,
    ExpandDims,
    Extremum,
    Flip,
    FlipOne,
    FloorDivide,
    FullLike,
    Inner,
    Joining,
    Kron,
    Like,
    MatMul,
    MatrixTranspose,
    Mean,
    Modulus,
    MoveAxis,
    Outer,
    Part,
    Position,
    Predicate,
    Range,
    Ravel,
    Reshape,
    Running,
    Squeeze,
    Stack,
    Step,
    SwapAxes,
    Take,
    TakeAlongAxis,
    Tensordot,
    Total,
    Trace,
    Transpose,
    Triangle,
    Truth,
    UnaryFloat,
    UnaryNumber,
    Vdot,
    Where,
)

# Constants

e: Final = np.e
inf: Final = np.inf
nan: Final = np.nan
newaxis: Final = np.newaxis
pi: Final = np.pi

# Array creation
zeros_like: Final[Like] = creation.zeros_like
ones_like: Final[Like] = creation.ones_like
full_like: Final[FullLike] = creation.full_like
copy: Final[Copy] = casting.copy
diag: Final[Diag] = diagonals.diag
tril: Final[Triangle] = diagonals.tril
triu: Final[Triangle] = diagonals.triu

# Array manipulation: types and shapes
astype: Final[Astype] = casting.astype
reshape: Final[Reshape] = shapes.reshape
ravel: Final[Ravel] = shapes.ravel
moveaxis: Final[MoveAxis] = shapes.moveaxis
swapaxes: Final[SwapAxes] = shapes.swapaxes
transpose: Final[Transpose] = shapes.transpose
permute_dims: Final[Transpose] = transpose
matrix_transpose: Final[MatrixTranspose] = shapes.matrix_transpose
atleast_1d: Final[AtLeast] = shapes.atleast_1d
atleast_2d: Final[AtLeast] = shapes.atleast_2d
atleast_3d: Final[AtLeast] = shapes.atleast_3d
broadcast_to: Final[BroadcastTo] = shapes.broadcast_to
broadcast_arrays: Final[BroadcastArrays] = shapes.broadcast_arrays
expand_dims: Final[ExpandDims] = shapes.expand_dims
squeeze: Final[Squeeze] = shapes.squeeze

# Array manipulation: joining and rearranging
concatenate: Final[Concatenate] = joining.concatenate
concat: Final[Concatenate] = concatenate
stack: Final[Stack] = joining.stack
vstack: Final[Joining] = joining.vstack
hstack: Final[Joining] = joining.hstack
dstack: Final[Joining] = joining.dstack
column_stack: Final[Joining] = joining.column_stack
flip: Final[Flip] = shapes.flip
fliplr: Final[FlipOne] = shapes.fliplr
flipud: Final[FlipOne] = shapes.flipud

# Indexing
where: Final[Where] = comparisons.where
take: Final[Take] = indexing.take
take_along_axis: Final[TakeAlongAxis] = indexing.take_along_axis
diagonal: Final[Diagonal] = diagonals.diagonal

# Linear algebra
dot: Final[MatMul] = contractions.dot
vdot: Final[Vdot] = contractions.vdot
inner: Final[Inner] = contractions.inner
outer: Final[Outer] = contractions.outer
matmul: Final[MatMul] = direct(np.matmul)
tensordot: Final[Tensordot] = contraction.tensordot
einsum: Final[Einsum] = contraction.einsum
kron: Final[Kron] = contractions.kron
trace: Final[Trace] = diagonals.trace

# Logic
all: Final[Truth] = verdicts.all
any: Final[Truth] = verdicts.any
isfinite: Final[Predicate] = direct(np.isfinite)
isinf: Final[Predicate] = direct(np.isinf)
isnan: Final[Predicate] = direct(np.isnan)
logical_and: Final[Comparison] = direct(np.logical_and)
logical_or: Final[Comparison] = direct(np.logical_or)
logical_not: Final[Predicate] = direct(np.logical_not)
logical_xor: Final[Comparison] = direct(np.logical_xor)
greater: Final[Comparison] = direct(np.greater)
greater_equal: Final[Comparison] = direct(np.greater_equal)
less: Final[Comparison] = direct(np.less)
less_equal: Final[Comparison] = direct(np.less_equal)
equal: Final[Comparison] = direct(np.equal)
not_equal: Final[Comparison] = direct(np.not_equal)

# Mathematics: trigonometric and hyperbolic
sin: Final[UnaryFloat] = direct(np.sin)
cos: Final[UnaryFloat] = direct(np.cos)
tan: Final[UnaryFloat] = direct(np.tan)
arcsin: Final[UnaryFloat] = direct(np.arcsin)
asin: Final[UnaryFloat] = arcsin
arccos: Final[UnaryFloat] = direct(np.arccos)
acos: Final[UnaryFloat] = arccos
arctan: Final[UnaryFloat] = direct(np.arctan)
atan: Final[UnaryFloat] = arctan
hypot: Final[BinaryFloat] = direct(np.hypot)
arctan2: Final[BinaryFloat] = direct(np.arctan2)
atan2: Final[BinaryFloat] = arctan2
degrees: Final[UnaryFloat] = direct(np.degrees)
radians: Final[UnaryFloat] = direct(np.radians)
deg2rad: Final[UnaryFloat] = direct(np.deg2rad)
rad2deg: Final[UnaryFloat] = direct(np.rad2deg)
sinh: Final[UnaryFloat] = direct(np.sinh)
cosh: Final[UnaryFloat] = direct(np.cosh)
tanh: Final[UnaryFloat] = direct(np.tanh)
arcsinh: Final[UnaryFloat] = direct(np.arcsinh)
asinh: Final[UnaryFloat] = arcsinh
arccosh: Final[UnaryFloat] = direct(np.arccosh)
acosh: Final[UnaryFloat] = arccosh
arctanh: Final[UnaryFloat] = direct(np.arctanh)
atanh: Final[UnaryFloat] = arctanh

# Mathematics: rounding
rint: Final[Step] = direct(np.rint)
floor: Final[Step] = direct(np.floor)
ceil: Final[Step] = direct(np.ceil)
trunc: Final[Step] = direct(np.trunc)

# Mathematics: sums, products and running ones
prod: Final[Total] = products.prod
sum: Final[Total] = reductions.sum
cumprod: Final[Running] = products.cumprod
cumsum: Final[Running] = cumulative.cumsum

# Mathematics: exponents and logarithms
exp: Final[UnaryFloat] = direct(np.exp)
expm1: Final[UnaryFloat] = direct(np.expm1)
exp2: Final[UnaryFloat] = direct(np.exp2)
log: Final[UnaryFloat] = direct(np.log)
log10: Final[UnaryFloat] = direct(np.log10)
log2: Final[UnaryFloat] = direct(np.log2)
log1p: Final[UnaryFloat] = direct(np.log1p)
logaddexp: Final[BinaryFloat] = direct(np.logaddexp)
logaddexp2: Final[BinaryFloat] = direct(np.logaddexp2)
sigmoid: Final[UnaryFloat] = exponential.sigmoid

# Mathematics: floating point
signbit: Final[Predicate] = direct(np.signbit)
copysign: Final[BinaryFloat] = direct(np.copysign)

# Mathematics: arithmetic
add: Final[BinaryNumber] = direct(np.add)
reciprocal: Final[UnaryNumber] = direct(np.reciprocal)
positive: Final[UnaryNumber] = direct(np.positive)
negative: Final[UnaryNumber] = direct(np.negative)
multiply: Final[BinaryNumber] = direct(np.multiply)
divide: Final[BinaryFloat] = direct(np.divide)
true_divide: Final[BinaryFloat] = divide
power: Final[BinaryNumber] = direct(np.power)
pow: Final[BinaryNumber] = power
subtract: Final[BinaryNumber] = direct(np.subtract)
floor_divide: Final[FloorDivide] = direct(np.floor_divide)
float_power: Final[BinaryDouble] = direct(np.float_power)
fmod: Final[BinaryNumber] = direct(np.fmod)
remainder: Final[BinaryNumber] = direct(np.remainder)
mod: Final[BinaryNumber] = remainder
divmod: Final[DivMod] = direct(np.divmod)

# Mathematics: complex numbers
angle: Final[Angle] = complexes.angle
real: Final[Part] = complexes.real
imag: Final[Part] = complexes.imag
conjugate: Final[UnaryNumber] = direct(np.conjugate)
conj: Final[UnaryNumber] = conjugate

# Mathematics: extrema
maximum: Final[BinaryNumber] = direct(np.maximum)
max: Final[Extremum] = extrema.max
fmax: Final[BinaryNumber] = direct(np.fmax)
minimum: Final[BinaryNumber] = direct(np.minimum)
min: Final[Extremum] = extrema.min
fmin: Final[BinaryNumber] = direct(np.fmin)

# Mathematics: miscellaneous
clip: Final[Clip] = comparisons.clip
sqrt: Final[UnaryFloat] = direct(np.sqrt)
cbrt: Final[UnaryFloat] = direct(np.cbrt)
square: Final[UnaryNumber] = direct(np.square)
absolute: Final[Modulus] = direct(np.absolute)
abs: Final[Modulus] = absolute
fabs: Final[UnaryFloat] = direct(np.fabs)
sign: Final[Step] = direct(np.sign)
heaviside: Final[BinaryFloat] = direct(np.heaviside)

# Searching
argmax: Final[Position] = verdicts.argmax
argmin: Final[Position] = verdicts.argmin

# Statistics
ptp: Final[Range] = extrema.ptp
mean: Final[Mean] = reductions.mean
std: Final[Deviation] = reductions.std
var: Final[Deviation] = reductions.var

__all__ = [
    "e",
    "inf",
    "nan",
    "newaxis",
    "pi",
    "zeros_like",
    "ones_like",
    "full_like",
    "copy",
    "diag",
    "tril",
    "triu",
    "astype",
    "reshape",
    "ravel",
    "moveaxis",
    "swapaxes",
    "transpose",
    "permute_dims",
    "matrix_transpose",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "broadcast_to",
    "broadcast_arrays",
    "expand_dims",
    "squeeze",
    "concatenate",
    "concat",
    "stack",
    "vstack",
    "hstack",
    "dstack",
    "column_stack",
    "flip",
    "fliplr",
    "flipud",
    "where",
    "take",
    "take_along_axis",
    "diagonal",
    "dot",
    "vdot",
    "inner",
    "outer",
    "matmul",
    "tensordot",
    "einsum",
    "kron",
    "trace",
    "all",
    "any",
    "isfinite",
    "isinf",
    "isnan",
    "logical_and",
    "logical_or",
    "logical_not",
    "logical_xor",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "equal",
    "not_equal",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "asin",
    "arccos",
    "acos",
    "arctan",
    "atan",
    "hypot",
    "arctan2",
    "atan2",
    "degrees",
    "radians",
    "deg2rad",
    "rad2deg",
    "sinh",
    "cosh",
    "tanh",
    "arcsinh",
    "asinh",
    "arccosh",
    "acosh",
    "arctanh",
    "atanh",
    "rint",
    "floor",
    "ceil",
    "trunc",
    "prod",
    "sum",
    "cumprod",
    "cumsum",
    "exp",
    "expm1",
    "exp2",
    "log",
    "log10",
    "log2",
    "log1p",
    "logaddexp",
    "logaddexp2",
    "sigmoid",
    "signbit",
    "copysign",
    "add",
    "reciprocal",
    "positive",
    "negative",
    "multiply",
    "divide",
    "true_divide",
    "power",
    "pow",
    "subtract",
    "floor_divide",
    "float_power",
    "fmod",
    "remainder",
    "mod",
    "divmod",
    "angle",
    "real",
    "imag",
    "conjugate",
    "conj",
    "maximum",
    "max",
    "fmax",
    "minimum",
    "min",
    "fmin",
    "clip",
    "sqrt",
    "cbrt",
    "square",
    "absolute",
    "abs",
    "fabs",
    "sign",
    "heaviside",
    "argmax",
    "argmin",
    "ptp",
    "mean",
    "std",
    "var",
]
