"""How dependence passes through a primitive. Never too little; too much where it is not seen exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np

from tapegrad._core.primitive import Primitive
from tapegrad._core.variable import is_variable
from tapegrad._place import user_line
from tapegrad._rules.axes import normalize_axes
from tapegrad._rules.batching import broadcast as stacks_of_matrices
from tapegrad._rules.dependences import Operands, Partial, Transpose, names_of
from tapegrad._rules.kinds import PRIMITIVES
from tapegrad._rules.placing import AtPositions
from tapegrad._scipy.special.declaring import Partials
from tapegrad._sparse.lanes import Kept, along, broadcast
from tapegrad._sparse.linear import Linear, through
from tapegrad._sparse.pattern import Pattern, stacked, union
from tapegrad._sparse.probes import Probes
from tapegrad._spec import Spec
from tapegrad.errors import BatchError

LINEAR: Any = (Transpose, Operands, AtPositions)

DAMPED: Final = {"damp", "damp both"}
"""Products, made by hand."""

CHOOSING: Final = {"where"}
"""Linear and elementwise. Which elements it chooses is a matter of values."""

BY_VALUE: Final = {"pick_along", "put_along"}
"""Linear, but at positions that sorting finds: at another point they are others."""


@attrs.frozen
class Application:
    """A call of a primitive, some of whose arrays depend on inputs."""

    primitive: Primitive
    args: Sequence[Any]
    """The arguments, plain or of a level further out."""
    varied: Sequence[bool]
    """Which of them have other values at other inputs."""
    patterns: Mapping[int, Pattern]
    """What those arrays depend on of which there is a derivative."""
    probes: Probes

    def pattern_of(self, out: Any) -> Pattern:
        """The pattern of an output."""
        if self.primitive.arity < 0 and self._is_linear(0):
            return self._linear(self.patterns, out)
        return union([self._share(i, out) for i in self.patterns])

    def _share(self, i: int, out: Any) -> Pattern:
        """What one array adds to it."""
        pattern, shape, results = self.patterns[i], np.shape(self.args[i]), np.shape(out)
        if self._is_elementwise(i) and _stretches(shape, results):
            return broadcast(pattern, shape, results)
        if self._is_linear(i):
            return self._linear({i: pattern}, out)
        return along(pattern, shape, results, self._lanes(shape, results))

    def _is_elementwise(self, i: int) -> bool:
        """Whether each element of the output depends on one of array i."""
        dependence = self.primitive.dependences[i]
        if dependence is None:
            return self.primitive.name in DAMPED
        return isinstance(dependence, (Partial, Partials)) or (self._is_ours and self.primitive.name in CHOOSING)

    @property
    def _is_ours(self) -> bool:
        """Whether the primitive is one of the library's."""
        return PRIMITIVES.get(self.primitive.name) is self.primitive

    def _is_linear(self, i: int) -> bool:
        """Whether the output is linear in array i, by a map that is known whatever the inputs are."""
        primitive = self.primitive
        if primitive.results > 1 or primitive.name in BY_VALUE or not isinstance(primitive.dependences[i], LINEAR):
            return False
        width = primitive.width(self.args)
        return all(
            isinstance(dependence, LINEAR) or not varied
            for dependence, varied in zip(primitive.dependences, self.varied[:width], strict=False)
        )

    def _linear(self, patterns: Mapping[int, Pattern], out: Any) -> Pattern:
        """Of an output that is linear in these arrays, together."""
        primitive = self.primitive
        args = list(self.args)
        for j in range(primitive.width(args)):
            if j not in patterns and isinstance(primitive.dependences[j], LINEAR):
                args[j] = self._factor(args[j], self.varied[j])
        if any(is_variable(arg) for j, arg in enumerate(args) if j not in patterns):
            raise BatchError(
                f"{primitive.name} at {user_line()} reads at positions that belong to an enclosing vmap, while the "
                "sparsity of a function is found: it would be another for each element of the batch. Find it outside."
            )
        specs = [_exact(self.args[i]) for i in patterns]
        linear = Linear(primitive, args, tuple(patterns), specs, _exact(out))
        return through(linear, stacked(patterns.values()), self.probes)

    def _factor(self, value: Any, varied: bool) -> Any:
        """What stands for a factor: nowhere 0 where it may be anything, else as it is there."""
        dtype = getattr(value, "dtype", np.dtype(float))
        if varied and dtype.kind in "fc":
            return self.probes.factor(np.shape(value), _exact(value).dtype)
        if varied or self.primitive.arity < 0:  # positions; what is joined to what is looked at
            return value
        return self.probes.factor(np.shape(value), _exact(value).dtype) * np.not_equal(value, 0)

    def _lanes(self, shape: tuple[int, ...], results: tuple[int, ...]) -> Kept:
        """The axes that are not mixed, of one of the library's primitives: others, and those behind its matrices."""
        primitive, args = self.primitive, self.args
        if not self._is_ours or primitive.arity < 0:
            return ()
        names = names_of(primitive.compute)
        named = next((args[names.index(name)] for name in ("axis", "axes") if name in names), None)
        pairs: list[tuple[int, int]] = []
        if named is not None and sum(dependence is not None for dependence in primitive.dependences) == 1:
            mixed = normalize_axes(named, len(shape))
            kept = [i for i in range(len(shape)) if i not in mixed]
            if len(results) in (len(kept), len(shape)):
                pairs = list(zip(kept, range(len(kept)) if len(results) == len(kept) else kept, strict=True))
        elif named is None and primitive.batch is stacks_of_matrices:
            depth = max(np.ndim(arg) for arg in args[: primitive.arity]) - 2
            pairs = [(i, i + depth + 2 - len(shape)) for i in range(len(shape) - 2)]
        return [(i, j) for i, j in pairs if j < len(results) and shape[i] == results[j]]


def _stretches(shape: tuple[int, ...], results: tuple[int, ...]) -> bool:
    """Whether an array of one shape broadcasts to the other."""
    extra = len(results) - len(shape)
    return extra >= 0 and all(n in (1, results[i]) for i, n in enumerate(shape, extra))


def _exact(value: Any) -> Spec:
    """The Spec of a value, in double precision: what probes are exact in."""
    dtype = np.dtype(complex if getattr(value, "dtype", np.dtype(float)).kind == "c" else float)
    return Spec(np.shape(value), dtype)
