"""A Program: a computation as a frozen value, one equation for each application of a primitive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from textwrap import indent
from typing import Any, TypeAlias

import attrs
import numpy as np

from tapegrad._core.listing import aligned
from tapegrad._core.primitive import Primitive
from tapegrad._place import user_line
from tapegrad._program.constants import Literal, shown_spec
from tapegrad._program.specimen import specimen, spread_out
from tapegrad._program.structured import Structured, bind
from tapegrad._spec import Spec, type_of
from tapegrad._tree import flatten, paths, unflatten
from tapegrad.typing import override


class Var(int):
    """A value of a Program: its number, which is looked up and compared as fast as any."""

    __slots__ = ()

    @property
    def number(self) -> int:
        """Where its Spec stands among those of the Program."""
        return int(self)

    @override
    def __repr__(self) -> str:
        return f"%{self.number}"


Atom: TypeAlias = Var | Literal
"""What an equation reads: a value of the Program, or a constant."""


@attrs.frozen
class Equation:
    """One application of one primitive."""

    primitive: Primitive
    inputs: tuple[Atom, ...]
    """The array arguments."""
    parameters: tuple[Literal, ...]
    outputs: tuple[Var, ...]
    """The outputs, then the by-products."""
    aliases: bool = False
    """Whether an output may share memory with an input."""


@attrs.frozen(repr=False, slots=False)
class Program:
    """A computation recorded whole: inputs, equations in an order in which they can run, outputs.

    It can be printed, compared, hashed and called. It holds no Python code of the user's.

    >>> import numpy as np
    >>> from tapegrad import trace
    >>> program = trace(lambda x, y: np.sin(x) * y)(np.ones(2), 2.0)
    >>> program.names, [eq.primitive.name for eq in program.equations]
    (('x', 'y'), ['sin', 'multiply'])
    >>> program(np.zeros(2), 3.0)
    array([0., 0.])
    """

    inputs: tuple[Var, ...]
    names: tuple[str, ...]
    """What each input is called: the parameter, and its place in the tree that was passed for it."""
    equations: tuple[Equation, ...]
    outputs: tuple[Atom, ...]
    specs: tuple[Spec, ...]
    """The shape and dtype of every value, by its number."""
    structure: Any
    """The tree that the outputs are leaves of."""
    weak: frozenset[Var] = frozenset()
    """The values that are Python's own numbers: beside NumPy's they have no dtype of their own."""

    def spec(self, atom: Atom) -> Spec:
        """The shape and dtype of an atom."""
        return self.specs[atom.number] if isinstance(atom, Var) else atom.spec

    def is_weak(self, atom: Atom) -> bool:
        """Whether an atom is one of Python's numbers."""
        return atom in self.weak if isinstance(atom, Var) else atom.weak

    def uses(self) -> dict[Var, int]:
        """How often each value is read, by equations and as an output."""
        counts: dict[Var, int] = {}
        for atom in (*(atom for eq in self.equations for atom in eq.inputs), *self.outputs):
            if isinstance(atom, Var):
                counts[atom] = counts.get(atom, 0) + 1
        return counts

    def specimen(self, atom: Atom) -> Any:
        """A specimen of an atom."""
        if isinstance(atom, Literal):
            return specimen(atom.value)
        spec = self.spec(atom)
        one = spread_out(spec.shape, spec.dtype)
        return one.item() if atom in self.weak else one

    def replaced(self, equations: Iterable[Equation], outputs: Iterable[Atom] | None = None, **changes: Any) -> Program:
        """This Program with other equations, and other outputs where they are given."""
        return attrs.evolve(
            self,
            equations=tuple(equations),
            outputs=self.outputs if outputs is None else tuple(outputs),
            **changes,
        )

    def with_outputs(self, outputs: Sequence[Atom]) -> Program:
        """This Program with other outputs, as a list."""
        return attrs.evolve(self, outputs=tuple(outputs), structure=flatten([0] * len(outputs))[1])

    def evaluate(self, leaves: Sequence[Any], apply: Callable[..., Any] = bind) -> list[Any]:
        """The outputs for such inputs, equation by equation: `apply(primitive, *arguments)` computes one.

        The inputs may be Variables of any level.
        """
        values: dict[Atom, Any] = dict(zip(self.inputs, leaves, strict=True))

        def value(atom: Atom) -> Any:
            return values[atom] if isinstance(atom, Var) else atom.value

        for eq in self.equations:
            result = apply(eq.primitive, *map(value, eq.inputs), *(parameter.value for parameter in eq.parameters))
            values.update(zip(eq.outputs, (result,) if eq.primitive.results == 1 else result, strict=True))
        return [value(atom) for atom in self.outputs]

    def __call__(self, *leaves: Any) -> Any:
        """The outputs in their tree, for such inputs, in the order of `names`: equation by equation, at any level.

        `TypeError` for inputs of other shapes or dtypes: the Program may hold sizes and numbers that come from them.
        """
        given, taken = list(map(_kind, leaves)), [self.spec(var) for var in self.inputs]
        if given != taken:
            takes = ", ".join(f"{name}: {shown_spec(spec)}" for name, spec in zip(self.names, taken, strict=True))
            found = ", ".join(shown_spec(kind) if isinstance(kind, Spec) else kind.__name__ for kind in given)
            raise TypeError(
                f"a Program of ({takes}) was called at {user_line()} with ({found}). It takes the leaves of arguments "
                "of these shapes and dtypes alone; for others, record another by trace, or use compile, which does so."
            )
        return unflatten(self.structure, self.evaluate(leaves))

    @override
    def __str__(self) -> str:
        return listing(self)

    @override
    def __repr__(self) -> str:
        return f"<Program: {len(self.inputs)} inputs, {len(self.equations)} equations, {len(self.outputs)} outputs>"


def _kind(leaf: Any) -> Spec | type[Any]:
    """The Spec of a number or an array, the class of anything else."""
    if isinstance(leaf, (bool, int, float, complex)):
        return Spec((), np.result_type(leaf))
    return Spec(leaf.shape, leaf.dtype) if hasattr(leaf, "dtype") else type_of(leaf)


def listing(program: Program) -> str:
    """A Program as text: a line for each input, equation and output; below, what is inside of loops and choices."""
    called = _names(program)

    def shown(atom: Atom) -> str:
        return called[atom] if isinstance(atom, Var) else str(atom)

    rows = [(called[var], ":", shown_spec(program.spec(var)), "input") for var in program.inputs]
    for eq in program.equations:
        specs = " ".join(shown_spec(program.spec(var)) for var in eq.outputs)
        arguments = ", ".join(map(shown, (*eq.inputs, *eq.parameters)))
        rows.append((" ".join(map(shown, eq.outputs)), ":", specs, f"{eq.primitive.name} {arguments}"))
    for place, atom in zip(_places(program), program.outputs, strict=True):
        rows.append((f"return{place}", ":", shown_spec(program.spec(atom)), shown(atom)))
    inside = [
        f"\n{eq.primitive.name} {' '.join(map(shown, eq.outputs))}, {name}:\n{indent(listing(part), '    ')}"
        for eq in program.equations
        if isinstance(eq.primitive, Structured)
        for name, part in eq.primitive.parts().items()
    ]
    return aligned(rows) + "".join(inside)


def _places(program: Program) -> Sequence[str]:
    """Where each output stands in the tree that is returned."""
    found = paths(program.structure)
    return found if len(found) == len(program.outputs) else [f"[{i}]" for i in range(len(program.outputs))]


def _names(program: Program) -> Mapping[Var, str]:
    names = dict(zip(program.inputs, program.names, strict=True))
    for eq in program.equations:
        for var in eq.outputs:
            names[var] = f"%{len(names) - len(program.inputs)}"
    return names
