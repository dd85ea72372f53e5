"""What `jacobian`, `jacfwd` and `jacrev` make: the modes, and which kinds of numbers each of them takes."""

from __future__ import annotations

from typing import Any, ClassVar, TypeAlias

import attrs

from tapegrad._transforms.blocks import Output, by_columns, by_rows
from tapegrad._transforms.directions import check_chunk_size
from tapegrad._transforms.places import positions_of
from tapegrad._transforms.point import Point
from tapegrad._transforms.recording import Recording
from tapegrad._transforms.transform import Transform
from tapegrad._tree import unflatten
from tapegrad.errors import DomainError
from tapegrad.typing import override

Blocks: TypeAlias = tuple[Output, list[list[Any]]]
"""What the function returned, and for each leaf of it a tree of blocks for each argument."""


@attrs.frozen(repr=False)
class Jacobian(Transform):
    """What `jacobian` makes."""

    word: ClassVar[str] = "jacobian"
    argnums: int | tuple[int, ...] | None = None
    chunk_size: int | None = attrs.field(default=None, validator=check_chunk_size)
    holomorphic: bool = False

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        point = Point.of(self.word, self.f, args, keywords, positions_of(self.argnums, args, self))
        if self.holomorphic and not all(spec.dtype.kind == "c" for spec in point.specs):
            raise DomainError(f"{self!r} is holomorphic: its arguments must be complex, x.astype(complex).")
        single = len(args) == 1 if self.argnums is None else isinstance(self.argnums, int)
        output, rows = self.evaluate(point)
        return unflatten(output.structure, [row[0] if single else tuple(row) for row in rows])

    def evaluate(self, point: Point) -> Blocks:
        """Forward or in reverse, whichever takes fewer directions."""
        forward_fits = self.holomorphic or not point.has_complex
        if forward_fits and point.size == 1:
            return self.forward(point)
        run, out = point.record()
        output = Output.of(out, point)
        backward_fits = self.holomorphic or not output.has_complex
        if forward_fits and (output.size > point.size or not backward_fits):
            return self.forward(point)
        return self.backward(point, run, output)

    def forward(self, point: Point) -> Blocks:
        """By tangents, one for each element of the arguments."""
        if not self.holomorphic and point.has_complex:
            raise DomainError(
                f"{point.word} of {point.name}: an argument is complex. {_HOLOMORPHIC} If its output is real, jacrev "
                "gives the gradient of each output; otherwise differentiate in the real and imaginary parts."
            )
        output, rows = by_columns(point, self.chunk_size)
        self._check_complex(output)
        return output, rows

    def backward(self, point: Point, run: Recording, output: Output) -> Blocks:
        """By cotangents, one for each element of the output."""
        self._check_complex(output)
        if not self.holomorphic and output.has_complex:
            remedy = (
                f"an argument is too. {_HOLOMORPHIC} Otherwise differentiate np.real(...) and np.imag(...) of it."
                if point.has_complex
                else "a real argument has no complex cotangent. Use jacfwd, or np.real(...) and np.imag(...) of it."
            )
            raise DomainError(f"{point.word} of {point.name}: an output is complex, and {remedy}")
        return output, by_rows(point, run, output, self.chunk_size)

    def _check_complex(self, output: Output) -> None:
        if self.holomorphic and not all(leaf.dtype.kind == "c" for leaf in output.leaves):
            raise DomainError(f"{self!r} is holomorphic, but an output of {self.__name__} is not complex.")


_HOLOMORPHIC = "If the function is complex differentiable, say holomorphic=True."


@attrs.frozen(repr=False)
class ForwardJacobian(Jacobian):
    """What `jacfwd` makes."""

    word: ClassVar[str] = "jacfwd"

    @override
    def evaluate(self, point: Point) -> Blocks:
        return self.forward(point)


@attrs.frozen(repr=False)
class ReverseJacobian(Jacobian):
    """What `jacrev` makes."""

    word: ClassVar[str] = "jacrev"

    @override
    def evaluate(self, point: Point) -> Blocks:
        run, out = point.record()
        return self.backward(point, run, Output.of(out, point))
