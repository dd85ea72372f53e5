"""`trace`: the Program of a function, at the shapes and dtypes of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
import gc
from types import ModuleType
from typing import Any, ClassVar

import attrs
import numpy as np

from tapegrad._core.refusals import is_numpys
from tapegrad._core.variable import ARRAYS, is_variable, still_open
from tapegrad._program.constants import constant
from tapegrad._program.program import Atom, Program
from tapegrad._program.traced import SHOWN
from tapegrad._program.tracing import Tracing, recording
from tapegrad._spec import is_strange, type_of
from tapegrad._transforms.places import differentiated
from tapegrad._transforms.transform import Transform, parameter_name
from tapegrad._tree import flatten, paths, unflatten
from tapegrad.errors import ConcretizationError, DomainError
from tapegrad.typing import P, override

PYTHONS: Any = (bool, int, float, complex)


def is_input(leaf: Any) -> bool:
    """Whether a leaf is a number or an array of numbers; anything else is part of the signature."""
    if is_strange(leaf):
        raise DomainError(
            f"a function to compile or trace was given a {type(leaf).__name__}, whose arithmetic is not an array's. "
            "Pass a plain array: np.asarray(x)."
        )
    if isinstance(leaf, ARRAYS):
        if leaf.dtype.hasobject:  # whose bytes are addresses, which would tell calls apart wrongly
            raise DomainError(
                f"a function to compile or trace was given an array of dtype {leaf.dtype}, which NumPy computes by "
                "calling Python's objects. Convert it: x.astype(float)."
            )
        return leaf.dtype.kind in "biufc"
    return type(leaf) in PYTHONS


@attrs.frozen(eq=False)
class Call:
    """A call taken apart: what its Program gets as inputs, and all else, which the Program depends on."""

    args: tuple[Any, ...]
    """The positional arguments, None in place of a static one."""
    keywords: dict[str, Any]
    static: Mapping[int | str, Any]
    """The static arguments, by position or by name."""
    leaves: list[Any]
    """Of the arguments, and then of the keywords."""
    structure: Any

    @classmethod
    def of(cls, f: Callable[..., Any], args: Sequence[Any], keywords: Mapping[str, Any], static: Sequence[int]) -> Call:
        """Arguments at the positions `static` are static, by whichever way they are passed."""
        fixed: dict[int | str, Any] = {i: args[i] for i in static if i < len(args)}
        if static and keywords:
            names = {parameter_name(f, i) for i in static}
            fixed.update((key, keywords[key]) for key in sorted(keywords) if key in names)
        traced = tuple([None if i in fixed else arg for i, arg in enumerate(args)])
        named = {key: None if key in fixed else x for key, x in keywords.items()}
        return cls(traced, named, fixed, *flatten((traced, named)))

    @property
    def inputs(self) -> list[Any]:
        """The leaves that are numbers, in the order of the Program's inputs."""
        return [leaf for leaf in self.leaves if is_input(leaf)]

    def donated(self, f: Callable[..., Any], positions: Sequence[int]) -> list[bool]:
        """For each input, whether it belongs to an argument at these positions, by whichever way it is passed."""
        chosen = {*positions, *(parameter_name(f, i) for i in positions if i >= len(self.args))}
        args, keywords = self.structure.children()
        places = [*range(len(self.args)), *keywords.entries()]
        parts = [*args.children(), *keywords.children()]
        every = [place in chosen for place, part in zip(places, parts, strict=True) for _ in range(part.num_leaves)]
        return [flag for flag, leaf in zip(every, self.leaves, strict=True) if is_input(leaf)]

    def names(self, f: Callable[..., Any]) -> tuple[str, ...]:
        """What the inputs are called: the parameter, and the place in what was passed for it."""
        parts = [(parameter_name(f, i) or f"argument{i}", arg) for i, arg in enumerate(self.args)]
        parts += [(key, self.keywords[key]) for key in flatten({key: key for key in self.keywords})[0]]
        every = [f"{name}{path}" for name, tree in parts for path in paths(flatten(tree)[1])]
        return tuple([name for name, leaf in zip(every, self.leaves, strict=True) if is_input(leaf)])

    def with_leaves(self, leaves: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments and keywords with other leaves, the static ones among them."""
        args, keywords = unflatten(self.structure, leaves)
        static = self.static
        return [static.get(i, x) for i, x in enumerate(args)], {key: static.get(key, x) for key, x in keywords.items()}


def program_of(f: Callable[..., Any], call: Call) -> Program:
    """Run `f` once on the arguments, and record what it does to them; the static ones are constants."""
    level = Tracing()
    values = [level.input(leaf) if is_input(leaf) else leaf for leaf in call.leaves]
    inputs = [value for value in values if level.owns(value)]
    args, keywords = call.with_leaves(values)
    return _recorded(level, lambda: f(*args, **keywords), inputs, call.names(f))


def program_of_leaves(f: Callable[[list[Any]], Sequence[Any]], leaves: Sequence[Any]) -> Program:
    """The same for a function of one list that returns another: of leaves, which are numbers or arrays like these."""
    level = Tracing()
    inputs = [level.input(leaf) for leaf in leaves]
    return _recorded(level, lambda: list(f(inputs)), inputs, [f"x{i}" for i in range(len(inputs))])


@attrs.frozen(eq=False)
class Inner:
    """A function of numbers and arrays as a Program, to stand in another one."""

    program: Program
    captured: list[Any]
    """The Variables from outside that it uses, which are further inputs."""
    ambiguous: frozenset[int]
    """Which outputs are Python's numbers in some runs, and NumPy's in others."""


def body_of(f: Callable[..., Sequence[Any]], examples: Sequence[Any], ambiguous: Collection[int] = ()) -> Inner:
    """A function, recorded at values like these, some of them Python's numbers in some runs and NumPy's in others."""
    level = Tracing(captures=True)
    inputs = [level.input(x, i in ambiguous) for i, x in enumerate(examples)]
    program = _recorded(
        level, lambda: [level.standing(out) for out in f(*inputs)], inputs, [f"x{i}" for i in range(len(inputs))]
    )
    captured = list(level.captured.values())
    names = (*program.names, *(f"c{i}" for i in range(len(captured))))
    program = attrs.evolve(program, inputs=(*program.inputs, *(x.symbol for _, x in captured)), names=names)
    ambiguous_ones = frozenset([i for i, atom in enumerate(program.outputs) if atom in level.ambiguous])
    return Inner(program, [outer for outer, _ in captured], ambiguous_ones)


def _recorded(level: Tracing, run: Callable[[], Any], inputs: Sequence[Any], names: Sequence[str]) -> Program:
    token = recording.set(True)
    try:
        out = run()
    except TypeError as error:
        if level.refusal is not None and is_numpys(error):
            raise level.refusal from error
        raise
    finally:
        level.open = False
        recording.reset(token)
    if level.failure is not None:
        raise level.failure
    leaves, structure = flatten(out)
    _refuse_texts([*(leaf for leaf in leaves if isinstance(leaf, str)), *paths(structure)])
    outputs: list[Atom] = [leaf.symbol if level.owns(leaf) else _constant_output(leaf) for leaf in leaves]
    return Program(
        tuple(x.symbol for x in inputs),
        tuple(names),
        tuple(level.equations),
        tuple(outputs),
        tuple(level.specs),
        structure,
        frozenset(level.weak),
    )


def _refuse_texts(texts: Sequence[str]) -> None:
    """Raise where a recorded value was made text, and that is returned, or a key of what is returned."""
    for text in texts:
        if SHOWN in text:
            raise ConcretizationError(
                f"a function to compile or trace returned the text {text!r}: while a Program is recorded, a value "
                "stands for any value, and shows nothing but its dtype and shape. Return the value, and format the "
                "result of the compiled function."
            )


def _constant_output(leaf: Any) -> Atom:
    """What does not depend on the inputs: the same at every call."""
    leaf = still_open(leaf, "the function")
    kind = type_of(leaf)
    if is_strange(leaf):
        raise DomainError(
            f"a function to compile or trace returned a {kind.__name__}, whose arithmetic is not an array's. Return a "
            "plain array: np.asarray(x)."
        )
    if issubclass(kind, Iterator) or not issubclass(kind, (Hashable, np.ndarray)):
        raise DomainError(
            f"a function to compile or trace returned a {kind.__name__}, which later calls would return again, "
            "however it has changed. Return trees of numbers and arrays."
        )
    if _holds_recorded(leaf):
        raise DomainError(
            f"a function to compile or trace returned a {kind.__name__} that holds a recorded value, which no later "
            "call would replace. Return trees of numbers and arrays; make the class a frozen attrs class or dataclass, "
            "or a tree by tapegrad.extend.register_tree."
        )
    return constant(leaf)


def _holds_recorded(leaf: object, depth: int = 3) -> bool:
    """Whether an object that is no tree refers to a recorded value: in its attributes, or a function by its closure."""
    referents: list[Any] = gc.get_referents(leaf)
    return any(
        is_variable(part) or (depth > 1 and _holds_recorded(part, depth - 1))
        for part in referents
        if not isinstance(part, (type, ModuleType)) and not (type_of(part) is dict and "__builtins__" in part)
    )


@attrs.frozen(repr=False)
class Trace(Transform):
    """What `trace` makes."""

    word: ClassVar[str] = "trace"
    static_argnums: tuple[int, ...] = ()

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Program:
        return program_of(self.f, Call.of(self.f, args, keywords, self.static_argnums))


def trace(f: Callable[P, Any], /, *, static_argnums: int | tuple[int, ...] = ()) -> Callable[P, Program]:
    """The Program of a function, at the shapes and dtypes of its arguments: `trace(f)(*args)`.

    >>> import numpy as np
    >>> from tapegrad import grad, trace
    >>> print(trace(grad(lambda x: np.sin(x) * x))(np.float64(1.0)))
    x       :  float64  input
    %0      :  float64  sin x
    %1      :  float64  multiply %0, x
    %2      :  float64  multiply np.float64(1.0), x
    %3      :  float64  multiply np.float64(1.0), %0
    %4      :  float64  cos x
    %5      :  float64  damp %2, %4
    %6      :  float64  add %3, %5
    return  :  float64  %6
    """
    return Trace(f, positions_of("static_argnums", static_argnums))


def positions_of(option: str, positions: int | tuple[int, ...]) -> tuple[int, ...]:
    """`static_argnums` and its like as a transform holds them; `TypeError` for what names no positions."""
    chosen = differentiated(positions, option) if positions != () else ()
    return (chosen,) if isinstance(chosen, int) else chosen or ()
