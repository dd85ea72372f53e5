"""NumPy's functions under precise types, and without its dispatch: `import tapegrad.numpy as tnp`.

On a differentiated value each goes straight to its rule. On anything else it is NumPy's own function, with the same
result. Checkers know what comes back (`tapegrad.numpy.kinds`): an array of the same dtype, of the same shape where
that is known, and never `Any`. The order is that of NumPy's documentation.

What NumPy makes from plain arguments alone, such as `zeros` and `arange`, is NumPy's own, with its types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tapegrad._rules import exponential
from tapegrad._rules.updates import at as at
from tapegrad.numpy import emath as emath, fft as fft, linalg as linalg, polynomial as polynomial
from tapegrad.numpy._direct import direct

if TYPE_CHECKING:  # at run time they would be a sixth of the time that importing the package takes
    from tapegrad.numpy.kinds import (
        AllClose,
        Angle,
        Append,
        ApplyAlongAxis,
        ApplyOverAxes,
        ArgPartition,
        ArgSort,
        ArgWhere,
        Array,
        ArrayEqual,
        ArrayEquivalent,
        AsArray,
        Astype,
        AtLeast,
        Average,
        Bessel,
        BinaryDouble,
        BinaryFloat,
        BinaryNumber,
        BinCount,
        BinEdges,
        BitCount,
        BitPair,
        BitTurn,
        Block,
        BroadcastArrays,
        BroadcastTo,
        Choose,
        Clip,
        Comparison,
        Compress,
        Concatenate,
        Convolve,
        Copy,
        Correlation,
        CountNonZero,
        Covariance,
        CrossProduct,
        Cumulative,
        Delete,
        Deviation,
        Diag,
        DiagFlat,
        Diagonal,
        DiagonalIndices,
        Diff,
        Digitize,
        DivMod,
        EDiff1D,
        Einsum,
        EmptyLike,
        ExclusiveUnion,
        ExpandDims,
        Extract,
        Extremum,
        FlatNonZero,
        Flip,
        FlipOne,
        FloorDivide,
        FrExp,
        Full,
        FullLike,
        Geomspace,
        Gradient,
        Histogram,
        Histogram2D,
        HistogramDD,
        Inner,
        Insert,
        Interp,
        IsClose,
        IsIn,
        IsReal,
        Joining,
        Kron,
        LdExp,
        LexSort,
        Like,
        Linspace,
        Logspace,
        MatMul,
        MatrixTranspose,
        Mean,
        Median,
        Meshgrid,
        ModF,
        Modulus,
        MoveAxis,
        NanToNum,
        NonZero,
        Outer,
        Pad,
        Part,
        Partition,
        Piecewise,
        PolyDer,
        PolyDiv,
        PolyFit,
        PolyInt,
        PolyPair,
        PolyRoots,
        PolyVal,
        Position,
        Predicate,
        Quantile,
        Range,
        Rank,
        Ravel,
        RavelIndex,
        RealIfClose,
        Repeat,
        Reshape,
        Resize,
        Roll,
        RollAxis,
        Rot90,
        Round,
        Running,
        SearchSorted,
        Select,
        SetDifference,
        SetIntersection,
        SetUnion,
        ShapeOf,
        Size,
        Sort,
        SortComplex,
        Split,
        SplitOne,
        Squeeze,
        Stack,
        Step,
        SwapAxes,
        Take,
        TakeAlongAxis,
        Tensordot,
        Tile,
        Total,
        Trace,
        Transpose,
        Trapezoid,
        Triangle,
        TriangleIndices,
        TrimZeros,
        Truth,
        UnaryFloat,
        UnaryNumber,
        UnaryPlain,
        Unique,
        UniqueAll,
        UniqueCounts,
        UniqueInverse,
        UniqueValues,
        UnravelIndex,
        Unstack,
        Unwrap,
        Vander,
        Vdot,
        Verdict,
        Where,
        Windows,
    )

# Constants
e: Final = np.e
euler_gamma: Final = np.euler_gamma
inf: Final = np.inf
nan: Final = np.nan
newaxis: Final = np.newaxis
pi: Final = np.pi

# Array creation
empty: Final = np.empty
empty_like: Final[EmptyLike] = direct(np.empty_like)
eye: Final = np.eye
identity: Final = np.identity
ones: Final = np.ones
ones_like: Final[Like] = direct(np.ones_like)
zeros: Final = np.zeros
zeros_like: Final[Like] = direct(np.zeros_like)
full: Final[Full] = direct(np.full)
full_like: Final[FullLike] = direct(np.full_like)
array: Final[Array] = direct(np.array)
asarray: Final[AsArray] = direct(np.asarray)
asanyarray: Final[AsArray] = direct(np.asanyarray)
ascontiguousarray: Final[AsArray] = direct(np.ascontiguousarray)
copy: Final[Copy] = direct(np.copy)
arange: Final = np.arange
linspace: Final[Linspace] = direct(np.linspace)
logspace: Final[Logspace] = direct(np.logspace)
geomspace: Final[Geomspace] = direct(np.geomspace)
meshgrid: Final[Meshgrid] = direct(np.meshgrid)
diag: Final[Diag] = direct(np.diag)
diagflat: Final[DiagFlat] = direct(np.diagflat)
tri: Final = np.tri
tril: Final[Triangle] = direct(np.tril)
triu: Final[Triangle] = direct(np.triu)
vander: Final[Vander] = direct(np.vander)

# Array manipulation: types and shapes
ndim: Final[Rank] = direct(np.ndim)
shape: Final[ShapeOf] = direct(np.shape)
size: Final[Size] = direct(np.size)
astype: Final[Astype] = direct(np.astype)
asfortranarray: Final[AsArray] = direct(np.asfortranarray)
reshape: Final[Reshape] = direct(np.reshape)
ravel: Final[Ravel] = direct(np.ravel)
moveaxis: Final[MoveAxis] = direct(np.moveaxis)
rollaxis: Final[RollAxis] = direct(np.rollaxis)
swapaxes: Final[SwapAxes] = direct(np.swapaxes)
transpose: Final[Transpose] = direct(np.transpose)
permute_dims: Final[Transpose] = transpose
matrix_transpose: Final[MatrixTranspose] = direct(np.matrix_transpose)
atleast_1d: Final[AtLeast] = direct(np.atleast_1d)
atleast_2d: Final[AtLeast] = direct(np.atleast_2d)
atleast_3d: Final[AtLeast] = direct(np.atleast_3d)
broadcast_to: Final[BroadcastTo] = direct(np.broadcast_to)
broadcast_arrays: Final[BroadcastArrays] = direct(np.broadcast_arrays)
expand_dims: Final[ExpandDims] = direct(np.expand_dims)
squeeze: Final[Squeeze] = direct(np.squeeze)

# Array manipulation: joining and splitting
concatenate: Final[Concatenate] = direct(np.concatenate)
concat: Final[Concatenate] = concatenate
stack: Final[Stack] = direct(np.stack)
block: Final[Block] = direct(np.block)
vstack: Final[Joining] = direct(np.vstack)
hstack: Final[Joining] = direct(np.hstack)
dstack: Final[Joining] = direct(np.dstack)
column_stack: Final[Joining] = direct(np.column_stack)
split: Final[Split] = direct(np.split)
array_split: Final[Split] = direct(np.array_split)
dsplit: Final[SplitOne] = direct(np.dsplit)
hsplit: Final[SplitOne] = direct(np.hsplit)
vsplit: Final[SplitOne] = direct(np.vsplit)
if hasattr(np, "unstack"):  # NumPy 2.1
    unstack: Final[Unstack] = direct(np.unstack)

# Array manipulation: repeating, adding, removing, rearranging
tile: Final[Tile] = direct(np.tile)
repeat: Final[Repeat] = direct(np.repeat)
delete: Final[Delete] = direct(np.delete)
insert: Final[Insert] = direct(np.insert)
append: Final[Append] = direct(np.append)
resize: Final[Resize] = direct(np.resize)
trim_zeros: Final[TrimZeros] = direct(np.trim_zeros)
pad: Final[Pad] = direct(np.pad)
flip: Final[Flip] = direct(np.flip)
fliplr: Final[FlipOne] = direct(np.fliplr)
flipud: Final[FlipOne] = direct(np.flipud)
roll: Final[Roll] = direct(np.roll)
rot90: Final[Rot90] = direct(np.rot90)

# Bits
bitwise_and: Final[BitPair] = direct(np.bitwise_and)
bitwise_or: Final[BitPair] = direct(np.bitwise_or)
bitwise_xor: Final[BitPair] = direct(np.bitwise_xor)
invert: Final[BitTurn] = direct(np.invert)
bitwise_invert: Final[BitTurn] = invert
bitwise_not: Final[BitTurn] = invert
left_shift: Final[BitPair] = direct(np.left_shift)
bitwise_left_shift: Final[BitPair] = left_shift
right_shift: Final[BitPair] = direct(np.right_shift)
bitwise_right_shift: Final[BitPair] = right_shift
bitwise_count: Final[BitCount] = direct(np.bitwise_count)

# Functional programming
apply_along_axis: Final[ApplyAlongAxis] = direct(np.apply_along_axis)
apply_over_axes: Final[ApplyOverAxes] = direct(np.apply_over_axes)
piecewise: Final[Piecewise] = direct(np.piecewise)

# Indexing
nonzero: Final[NonZero] = direct(np.nonzero)
where: Final[Where] = direct(np.where)
indices: Final = np.indices
ix_: Final = np.ix_
ravel_multi_index: Final[RavelIndex] = direct(np.ravel_multi_index)
unravel_index: Final[UnravelIndex] = direct(np.unravel_index)
diag_indices: Final = np.diag_indices
diag_indices_from: Final[DiagonalIndices] = direct(np.diag_indices_from)
tril_indices: Final = np.tril_indices
tril_indices_from: Final[TriangleIndices] = direct(np.tril_indices_from)
triu_indices: Final = np.triu_indices
triu_indices_from: Final[TriangleIndices] = direct(np.triu_indices_from)
take: Final[Take] = direct(np.take)
take_along_axis: Final[TakeAlongAxis] = direct(np.take_along_axis)
choose: Final[Choose] = direct(np.choose)
compress: Final[Compress] = direct(np.compress)
diagonal: Final[Diagonal] = direct(np.diagonal)
select: Final[Select] = direct(np.select)
sliding_window_view: Final[Windows] = direct(np.lib.stride_tricks.sliding_window_view)

# Linear algebra
dot: Final[MatMul] = direct(np.dot)
vdot: Final[Vdot] = direct(np.vdot)
vecdot: Final[Inner] = direct(np.vecdot)
inner: Final[Inner] = direct(np.inner)
outer: Final[Outer] = direct(np.outer)
matmul: Final[MatMul] = direct(np.matmul)
if hasattr(np, "matvec"):  # NumPy 2.2
    matvec: Final[MatMul] = direct(np.matvec)
if hasattr(np, "vecmat"):  # NumPy 2.2
    vecmat: Final[MatMul] = direct(np.vecmat)
tensordot: Final[Tensordot] = direct(np.tensordot)
einsum: Final[Einsum] = direct(np.einsum)
kron: Final[Kron] = direct(np.kron)
trace: Final[Trace] = direct(np.trace)

# Logic
all: Final[Truth] = direct(np.all)
any: Final[Truth] = direct(np.any)
isfinite: Final[Predicate] = direct(np.isfinite)
isinf: Final[Predicate] = direct(np.isinf)
isnan: Final[Predicate] = direct(np.isnan)
isneginf: Final[Predicate] = direct(np.isneginf)
isposinf: Final[Predicate] = direct(np.isposinf)
iscomplex: Final[Predicate] = direct(np.iscomplex)
iscomplexobj: Final[Verdict] = direct(np.iscomplexobj)
isreal: Final[IsReal] = direct(np.isreal)
isrealobj: Final[Verdict] = direct(np.isrealobj)
logical_and: Final[Comparison] = direct(np.logical_and)
logical_or: Final[Comparison] = direct(np.logical_or)
logical_not: Final[Predicate] = direct(np.logical_not)
logical_xor: Final[Comparison] = direct(np.logical_xor)
allclose: Final[AllClose] = direct(np.allclose)
isclose: Final[IsClose] = direct(np.isclose)
array_equal: Final[ArrayEqual] = direct(np.array_equal)
array_equiv: Final[ArrayEquivalent] = direct(np.array_equiv)
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
unwrap: Final[Unwrap] = direct(np.unwrap)
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
round: Final[Round] = direct(np.round)
around: Final[Round] = direct(np.around)
rint: Final[Step] = direct(np.rint)
fix: Final[Step] = direct(np.fix)
floor: Final[Step] = direct(np.floor)
ceil: Final[Step] = direct(np.ceil)
trunc: Final[Step] = direct(np.trunc)

# Mathematics: sums, products, differences
prod: Final[Total] = direct(np.prod)
sum: Final[Total] = direct(np.sum)
nanprod: Final[Total] = direct(np.nanprod)
nansum: Final[Total] = direct(np.nansum)
if hasattr(np, "cumulative_sum"):  # NumPy 2.1
    cumulative_sum: Final[Cumulative] = direct(np.cumulative_sum)
if hasattr(np, "cumulative_prod"):  # NumPy 2.1
    cumulative_prod: Final[Cumulative] = direct(np.cumulative_prod)
cumprod: Final[Running] = direct(np.cumprod)
cumsum: Final[Running] = direct(np.cumsum)
nancumprod: Final[Running] = direct(np.nancumprod)
nancumsum: Final[Running] = direct(np.nancumsum)
diff: Final[Diff] = direct(np.diff)
ediff1d: Final[EDiff1D] = direct(np.ediff1d)
gradient: Final[Gradient] = direct(np.gradient)
cross: Final[CrossProduct] = direct(np.cross)
trapezoid: Final[Trapezoid] = direct(np.trapezoid)

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

# Mathematics: other special functions
i0: Final[Bessel] = direct(np.i0)
sinc: Final[UnaryPlain] = direct(np.sinc)

# Mathematics: floating point
signbit: Final[Predicate] = direct(np.signbit)
copysign: Final[BinaryFloat] = direct(np.copysign)
frexp: Final[FrExp] = direct(np.frexp)
ldexp: Final[LdExp] = direct(np.ldexp)

# Mathematics: whole numbers
lcm: Final[BitPair] = direct(np.lcm)
gcd: Final[BitPair] = direct(np.gcd)

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
modf: Final[ModF] = direct(np.modf)
divmod: Final[DivMod] = direct(np.divmod)

# Mathematics: complex numbers
angle: Final[Angle] = direct(np.angle)
real: Final[Part] = direct(np.real)
imag: Final[Part] = direct(np.imag)
conjugate: Final[UnaryNumber] = direct(np.conjugate)
conj: Final[UnaryNumber] = conjugate

# Mathematics: extrema
maximum: Final[BinaryNumber] = direct(np.maximum)
max: Final[Extremum] = direct(np.max)
amax: Final[Extremum] = direct(np.amax)
fmax: Final[BinaryNumber] = direct(np.fmax)
nanmax: Final[Extremum] = direct(np.nanmax)
minimum: Final[BinaryNumber] = direct(np.minimum)
min: Final[Extremum] = direct(np.min)
amin: Final[Extremum] = direct(np.amin)
fmin: Final[BinaryNumber] = direct(np.fmin)
nanmin: Final[Extremum] = direct(np.nanmin)

# Mathematics: miscellaneous
convolve: Final[Convolve] = direct(np.convolve)
clip: Final[Clip] = direct(np.clip)
sqrt: Final[UnaryFloat] = direct(np.sqrt)
cbrt: Final[UnaryFloat] = direct(np.cbrt)
square: Final[UnaryNumber] = direct(np.square)
absolute: Final[Modulus] = direct(np.absolute)
abs: Final[Modulus] = absolute
fabs: Final[UnaryFloat] = direct(np.fabs)
sign: Final[Step] = direct(np.sign)
heaviside: Final[BinaryFloat] = direct(np.heaviside)
nan_to_num: Final[NanToNum] = direct(np.nan_to_num)
real_if_close: Final[RealIfClose] = direct(np.real_if_close)
interp: Final[Interp] = direct(np.interp)

# Polynomials
poly: Final[PolyRoots] = direct(np.poly)
roots: Final[PolyRoots] = direct(np.roots)
polyfit: Final[PolyFit] = direct(np.polyfit)
polyval: Final[PolyVal] = direct(np.polyval)
polyder: Final[PolyDer] = direct(np.polyder)
polyint: Final[PolyInt] = direct(np.polyint)
polyadd: Final[PolyPair] = direct(np.polyadd)
polydiv: Final[PolyDiv] = direct(np.polydiv)
polymul: Final[PolyPair] = direct(np.polymul)
polysub: Final[PolyPair] = direct(np.polysub)

# Sets
unique: Final[Unique] = direct(np.unique)
unique_all: Final[UniqueAll] = direct(np.unique_all)
unique_counts: Final[UniqueCounts] = direct(np.unique_counts)
unique_inverse: Final[UniqueInverse] = direct(np.unique_inverse)
unique_values: Final[UniqueValues] = direct(np.unique_values)
intersect1d: Final[SetIntersection] = direct(np.intersect1d)
isin: Final[IsIn] = direct(np.isin)
setdiff1d: Final[SetDifference] = direct(np.setdiff1d)
setxor1d: Final[ExclusiveUnion] = direct(np.setxor1d)
union1d: Final[SetUnion] = direct(np.union1d)

# Sorting, searching, counting
sort: Final[Sort] = direct(np.sort)
lexsort: Final[LexSort] = direct(np.lexsort)
argsort: Final[ArgSort] = direct(np.argsort)
sort_complex: Final[SortComplex] = direct(np.sort_complex)
partition: Final[Partition] = direct(np.partition)
argpartition: Final[ArgPartition] = direct(np.argpartition)
argmax: Final[Position] = direct(np.argmax)
nanargmax: Final[Position] = direct(np.nanargmax)
argmin: Final[Position] = direct(np.argmin)
nanargmin: Final[Position] = direct(np.nanargmin)
argwhere: Final[ArgWhere] = direct(np.argwhere)
flatnonzero: Final[FlatNonZero] = direct(np.flatnonzero)
searchsorted: Final[SearchSorted] = direct(np.searchsorted)
extract: Final[Extract] = direct(np.extract)
count_nonzero: Final[CountNonZero] = direct(np.count_nonzero)

# Statistics
ptp: Final[Range] = direct(np.ptp)
percentile: Final[Quantile] = direct(np.percentile)
nanpercentile: Final[Quantile] = direct(np.nanpercentile)
quantile: Final[Quantile] = direct(np.quantile)
nanquantile: Final[Quantile] = direct(np.nanquantile)
median: Final[Median] = direct(np.median)
average: Final[Average] = direct(np.average)
mean: Final[Mean] = direct(np.mean)
std: Final[Deviation] = direct(np.std)
var: Final[Deviation] = direct(np.var)
nanmedian: Final[Median] = direct(np.nanmedian)
nanmean: Final[Mean] = direct(np.nanmean)
nanstd: Final[Deviation] = direct(np.nanstd)
nanvar: Final[Deviation] = direct(np.nanvar)

# Statistics: correlations and histograms
corrcoef: Final[Correlation] = direct(np.corrcoef)
correlate: Final[Convolve] = direct(np.correlate)
cov: Final[Covariance] = direct(np.cov)
histogram: Final[Histogram] = direct(np.histogram)
histogram2d: Final[Histogram2D] = direct(np.histogram2d)
histogramdd: Final[HistogramDD] = direct(np.histogramdd)
bincount: Final[BinCount] = direct(np.bincount)
histogram_bin_edges: Final[BinEdges] = direct(np.histogram_bin_edges)
digitize: Final[Digitize] = direct(np.digitize)

# Window functions
bartlett: Final = np.bartlett
blackman: Final = np.blackman
hamming: Final = np.hamming
hanning: Final = np.hanning
kaiser: Final = np.kaiser

__all__: list[str] = [
    "e",
    "euler_gamma",
    "inf",
    "nan",
    "newaxis",
    "pi",
    "empty",
    "empty_like",
    "eye",
    "identity",
    "ones",
    "ones_like",
    "zeros",
    "zeros_like",
    "full",
    "full_like",
    "array",
    "asarray",
    "asanyarray",
    "ascontiguousarray",
    "copy",
    "arange",
    "linspace",
    "logspace",
    "geomspace",
    "meshgrid",
    "diag",
    "diagflat",
    "tri",
    "tril",
    "triu",
    "vander",
    "ndim",
    "shape",
    "size",
    "astype",
    "asfortranarray",
    "reshape",
    "ravel",
    "moveaxis",
    "rollaxis",
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
    "block",
    "vstack",
    "hstack",
    "dstack",
    "column_stack",
    "split",
    "array_split",
    "dsplit",
    "hsplit",
    "vsplit",
    "tile",
    "repeat",
    "delete",
    "insert",
    "append",
    "resize",
    "trim_zeros",
    "pad",
    "flip",
    "fliplr",
    "flipud",
    "roll",
    "rot90",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "invert",
    "bitwise_invert",
    "bitwise_not",
    "left_shift",
    "bitwise_left_shift",
    "right_shift",
    "bitwise_right_shift",
    "bitwise_count",
    "apply_along_axis",
    "apply_over_axes",
    "piecewise",
    "at",
    "nonzero",
    "where",
    "indices",
    "ix_",
    "ravel_multi_index",
    "unravel_index",
    "diag_indices",
    "diag_indices_from",
    "tril_indices",
    "tril_indices_from",
    "triu_indices",
    "triu_indices_from",
    "take",
    "take_along_axis",
    "choose",
    "compress",
    "diagonal",
    "select",
    "sliding_window_view",
    "dot",
    "vdot",
    "vecdot",
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
    "isneginf",
    "isposinf",
    "iscomplex",
    "iscomplexobj",
    "isreal",
    "isrealobj",
    "logical_and",
    "logical_or",
    "logical_not",
    "logical_xor",
    "allclose",
    "isclose",
    "array_equal",
    "array_equiv",
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
    "unwrap",
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
    "round",
    "around",
    "rint",
    "fix",
    "floor",
    "ceil",
    "trunc",
    "prod",
    "sum",
    "nanprod",
    "nansum",
    "cumprod",
    "cumsum",
    "nancumprod",
    "nancumsum",
    "diff",
    "ediff1d",
    "gradient",
    "cross",
    "trapezoid",
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
    "i0",
    "sinc",
    "signbit",
    "copysign",
    "frexp",
    "ldexp",
    "lcm",
    "gcd",
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
    "modf",
    "divmod",
    "angle",
    "real",
    "imag",
    "conjugate",
    "conj",
    "maximum",
    "max",
    "amax",
    "fmax",
    "nanmax",
    "minimum",
    "min",
    "amin",
    "fmin",
    "nanmin",
    "convolve",
    "clip",
    "sqrt",
    "cbrt",
    "square",
    "absolute",
    "abs",
    "fabs",
    "sign",
    "heaviside",
    "nan_to_num",
    "real_if_close",
    "interp",
    "poly",
    "roots",
    "polyfit",
    "polyval",
    "polyder",
    "polyint",
    "polyadd",
    "polydiv",
    "polymul",
    "polysub",
    "unique",
    "unique_all",
    "unique_counts",
    "unique_inverse",
    "unique_values",
    "intersect1d",
    "isin",
    "setdiff1d",
    "setxor1d",
    "union1d",
    "sort",
    "lexsort",
    "argsort",
    "sort_complex",
    "partition",
    "argpartition",
    "argmax",
    "nanargmax",
    "argmin",
    "nanargmin",
    "argwhere",
    "flatnonzero",
    "searchsorted",
    "extract",
    "count_nonzero",
    "ptp",
    "percentile",
    "nanpercentile",
    "quantile",
    "nanquantile",
    "median",
    "average",
    "mean",
    "std",
    "var",
    "nanmedian",
    "nanmean",
    "nanstd",
    "nanvar",
    "corrcoef",
    "correlate",
    "cov",
    "histogram",
    "histogram2d",
    "histogramdd",
    "bincount",
    "histogram_bin_edges",
    "digitize",
    "bartlett",
    "blackman",
    "hamming",
    "hanning",
    "kaiser",
]
if hasattr(np, "unstack"):  # NumPy 2.1
    __all__ += ["unstack", "cumulative_sum", "cumulative_prod"]
if hasattr(np, "matvec"):  # NumPy 2.2
    __all__ += ["matvec", "vecmat"]
