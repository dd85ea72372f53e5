"""`compile`: a function that is recorded once for each kind of arguments, and from then on runs as generated code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from types import MethodType
from typing import Any, ClassVar, Concatenate, Generic, Protocol, overload

import attrs

from tapegrad._core.variable import is_variable
from tapegrad._place import user_line
from tapegrad._program.backends import WRITERS, Backend
from tapegrad._program.cache import Cache, Entry, kind_of, labels
from tapegrad._program.constants import key_of
from tapegrad._program.cost import Profile, profile
from tapegrad._program.kernels.files import require_numba
from tapegrad._program.passes.lowering import lowered
from tapegrad._program.passes.pipeline import optimised
from tapegrad._program.program import Program
from tapegrad._program.reading import UNKNOWN
from tapegrad._program.trace import Call, positions_of, program_of
from tapegrad._program.tracing import calling
from tapegrad._program.transformed import AnyLevel
from tapegrad._transforms.transform import Transform, most_positional, name_of
from tapegrad._tree import statics
from tapegrad.errors import DomainError
from tapegrad.typing import Owner, P, Q, R, override


@attrs.frozen
class Statistics:
    """What a compiled function holds."""

    programs: int
    """How many Programs were recorded: one for each kind of arguments."""
    equations: int
    """How many equations they have in all."""


@attrs.frozen(repr=False)
class Compiled(Transform, Generic[P, R]):
    """What `compile` makes."""

    word: ClassVar[str] = "compile"
    static_argnums: tuple[int, ...] = ()
    backend: Backend = "numpy"
    fast_math: bool = False
    donate: tuple[int, ...] = ()
    cache: Cache = attrs.field(factory=Cache, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if both := {*self.donate} & {*self.static_argnums}:
            raise ValueError(f"argument {min(both)} of {name_of(self.f)} is static: it has no memory to donate.")
        for option, positions in (("donate", self.donate), ("static_argnums", self.static_argnums)):
            last = max(positions, default=-1)
            if last >= most_positional(self.f):
                raise ValueError(f"{option}={positions}: {name_of(self.f)} has no argument at position {last}.")

    @override
    def __call__(self, *args: P.args, **keywords: P.kwargs) -> R:
        for read in self.cache.readers:
            known: R = read(args, keywords)
            if known is not UNKNOWN:
                return known
        inputs, entry = self._entry(args, keywords)
        out: R = entry.run(*inputs)
        return out

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Compiled[P, R]: ...
    @overload
    def __get__(
        self: Compiled[Concatenate[Owner, Q], R], instance: Owner, owner: type | None = None
    ) -> CompiledMethod[Q, R]: ...
    @override
    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else CompiledMethod(MethodType(self, instance))

    def _entry(self, args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[list[Any], Entry]:
        """The leaves that are the Program's inputs, and its entry."""
        call = Call.of(self.f, args, keywords, self.static_argnums)
        static = [(place, key_of(value)) for place, value in call.static.items()]
        static += enumerate(map(key_of, statics((call.args, call.keywords))))
        key = call.structure, *(kind_of(leaf) for leaf in call.leaves), *static
        try:
            entry = self.cache.entries.get(key)
        except TypeError as error:
            for place, value in call.static.items():
                if is_variable(value):
                    raise TypeError(
                        f"{self} was called at {user_line()} with a {value.state} value for the static argument "
                        f"{place}, whose value is part of what is compiled. Leave it out of argnums= or in_axes=, or "
                        "out of static_argnums=."
                    ) from error
            raise TypeError(
                f"{self} was called at {user_line()} with a value that is no number and cannot be hashed ({error}). "
                "Such values are part of what is compiled, and are looked up at each call: pass a tuple in place of a "
                "list or set; make a class of your own, as that of self may be, a dataclass or attrs class, which is a "
                "tree."
            ) from error
        if entry is None:
            recorded = self._recorded(call)
            program = optimised(recorded, fast_math=self.fast_math)
            label = next(labels(recorded), None)  # also of what is not needed, and left out
            at_levels = AnyLevel(
                program.with_outputs(program.outputs), f"compile({name_of(self.f)})", self.backend, self.fast_math
            )
            entry = Entry(program, call.donated(self.f, self.donate), label, at_levels)
            self.cache.add(key, entry, call, args, keywords)
        return call.inputs, entry

    def _recorded(self, call: Call) -> Program:
        """What `f` does, with loops as they suit the backend."""
        token = calling.set(self.backend == "numpy")
        try:
            return program_of(self.f, call)
        finally:
            calling.reset(token)

    def program(self, *args: P.args, **keywords: P.kwargs) -> Program:
        """The Program for arguments of this kind, after all passes."""
        return self._entry(args, keywords)[1].program

    def source(self, *args: P.args, **keywords: P.kwargs) -> str:
        """The Python code that runs for arguments of this kind."""
        return self._entry(args, keywords)[1].code.source

    def profile(self, *args: P.args, **keywords: P.kwargs) -> Profile:
        """Where the time goes: the Program's equations one by one, without what groups of them save."""
        inputs, entry = self._entry(args, keywords)
        return profile(entry.program, inputs)

    def check(self, *args: P.args, **keywords: P.kwargs) -> None:
        """Record `f` again, and raise a `DomainError` if that gives another Program than the one that runs.

        Then `f` reads what is no argument and has changed: a variable, an array that was written to, an attribute, a
        random number. For tests, and for results that are not what they should be.
        """
        then = lowered(self._entry(args, keywords)[1].program)
        call = Call.of(self.f, args, keywords, self.static_argnums)
        now = lowered(optimised(self._recorded(call), fast_math=self.fast_math))
        if now != then:
            listings = ([" ".join(line.split()) for line in str(program).splitlines()] for program in (then, now))
            lines = zip_longest(*listings, fillvalue="")
            before, after = next((pair for pair in lines if pair[0] != pair[1]), ("an array", "another"))
            raise DomainError(
                f"{self} was recorded again at {user_line()}, and differs: '{before}' became '{after}'. What is read "
                "from elsewhere is read while a Program is recorded, and no more. Pass what changes as an argument."
            )

    @property
    def stats(self) -> Statistics:
        """How many Programs it holds, and how large they are."""
        entries = list(self.cache.entries.values())
        return Statistics(len(entries), sum(len(entry.program.equations) for entry in entries))


@attrs.frozen(repr=False)
class CompiledMethod(Transform, Generic[Q, R]):
    """A compiled function of a class as a method of one of its objects."""

    word: ClassVar[str] = "compile"
    f: Callable[..., Any]  # a MethodType, made at each access and not checked

    @override
    def __call__(self, *args: Q.args, **keywords: Q.kwargs) -> R:
        out: R = self.f(*args, **keywords)
        return out

    @override
    def __get__(self, instance: object, owner: type | None = None) -> CompiledMethod[Q, R]:
        return self

    @override
    def __reduce_ex__(self, protocol: Any, /) -> Any:
        compiled, instance = self._taken_apart()
        return compiled.__get__, (instance,)

    def _taken_apart(self) -> tuple[Compiled[..., R], object]:
        """The compiled function, and the object."""
        method: Any = self.f
        return method.__func__, method.__self__

    def program(self, *args: Q.args, **keywords: Q.kwargs) -> Program:
        """The Program for arguments of this kind, after all passes."""
        compiled, instance = self._taken_apart()
        return compiled.program(instance, *args, **keywords)

    def source(self, *args: Q.args, **keywords: Q.kwargs) -> str:
        """The Python code that runs for arguments of this kind."""
        compiled, instance = self._taken_apart()
        return compiled.source(instance, *args, **keywords)

    def profile(self, *args: Q.args, **keywords: Q.kwargs) -> Profile:
        """Where the time goes, equation by equation."""
        compiled, instance = self._taken_apart()
        return compiled.profile(instance, *args, **keywords)

    def check(self, *args: Q.args, **keywords: Q.kwargs) -> None:
        """Raise a `DomainError` if the function would be recorded otherwise now."""
        compiled, instance = self._taken_apart()
        compiled.check(instance, *args, **keywords)

    @property
    def stats(self) -> Statistics:
        """How many Programs it holds, for all objects of the class, and how large they are."""
        return self._taken_apart()[0].stats


class Compiling(Protocol):
    """What `compile` with options alone is: a decorator."""

    def __call__(self, f: Callable[P, R], /) -> Compiled[P, R]: ...


@overload
def compile(
    f: Callable[P, R],
    /,
    *,
    backend: Backend = "numpy",
    static_argnums: int | tuple[int, ...] = (),
    fast_math: bool = False,
    donate: int | tuple[int, ...] = (),
) -> Compiled[P, R]: ...
@overload
def compile(
    *,
    backend: Backend = "numpy",
    static_argnums: int | tuple[int, ...] = (),
    fast_math: bool = False,
    donate: int | tuple[int, ...] = (),
) -> Compiling: ...
def compile(
    f: Callable[..., Any] | None = None,
    /,
    *,
    backend: Backend = "numpy",
    static_argnums: int | tuple[int, ...] = (),
    fast_math: bool = False,
    donate: int | tuple[int, ...] = (),
) -> Any:
    """A function that does what `f` does, recorded once for each kind of arguments, then run as generated NumPy code.

    At the first call with arguments of some kind (their tree, shapes, dtypes, and the values of what is no number) `f`
    runs once, and what it does to them is recorded as a `Program`. It is simplified and written as Python source.
    Later calls run that: Python's own code in `f` is not run again. What it prints it prints once; a random number
    that it draws, and a variable that it reads and that is no argument, stay what they were: pass them as arguments. So
    do the attributes of an object that is no tree, as `self` may be: make its class a frozen attrs class or dataclass.
    `compiled.check(*args)` records `f` again, and raises if something of the kind has changed.

    All transforms may stand inside (`compile(grad(f))`) or outside (`grad(compile(f))`). Outside, what they make of `f`
    is compiled at their first call: for each set of arguments that are differentiated, and for each size of a batch. A
    tape shows the function as one operation. Results are those of `f`, but that sums are added in another order (those
    over large arrays block by block, small ones as products with ones), so are the factors of a gradient multiplied,
    stacks of small matrices are multiplied at once, powers by whole numbers are products, and functions of single
    numbers are those of `math`: equal to a few units in the last place.

    Args:
        f: a pure function of trees of numbers and arrays.
        backend: "numpy", or "numba" (`pip install tapegrad[numba]`): elementwise functions, sums and all arithmetic on
            single numbers as loops in machine code, the rest as NumPy. They take seconds to compile the first time, and
            are kept in the user's directory for caches (the environment variable TAPEGRAD_CACHE names another). Sines,
            exponentials, logarithms and powers are equal to NumPy's to a few units in the last place.
        static_argnums: positions of arguments that the computation's course depends on (flags, sizes, axes): hashable
            values, for each of which `f` is recorded anew.
        fast_math: whether to use identities of real numbers that rounding, infinities, nan and signed zeros break:
            x * 0 = 0, (x * c) * d = x * (c * d), and that a zero cotangent meets finite numbers only.
        donate: positions of arguments that you give up, as in `params, state = step(params, state, batch)`: results of
            the same shape and dtype are put into the memory of their arrays, so that a step takes no new memory. It
            concerns arrays of at least 64 KB. After the call each of them either *is* one of the results, or is as it
            was; if the call raises, it may hold anything. A view, an array in another order than C's, and one whose
            memory another argument shares, is copied and left alone. `source` shows what is put where. Where a
            transform calls the compiled function with values of its own, as in `grad(compile(f, donate=0))`, donation
            has no effect.

    Raises:
        ValueError: if an option names no argument, or two the same; at a call, if a donated array is read-only.
        ConcretizationError: at the first call, where `f` needs to know a value that it gets only later: in an `if`, as
            a size, an axis, a Python number. The message names the line.
        DomainError: if `f` uses a differentiated or batched value that is not one of its arguments.
        TypeError: if an argument that is no number, or part of one, cannot be hashed. If a dtype would depend on
            values, as a number is at times Python's, which has no dtype beside an array, and at times NumPy's.
        ImportError: with the backend "numba", where numba is not installed.

    >>> import numpy as np
    >>> from tapegrad import compile, grad
    >>> slope = compile(grad(lambda x: np.sum(x**3)))
    >>> slope(np.array([1.0, 2.0]))
    array([ 3., 12.])
    >>> print(slope.source(np.array([1.0, 2.0])))
    def program(x):
        before = errstate.set(ignored)
        try:
            v0 = square(x)
            v1 = c3 * v0
            return v1
        finally:
            errstate.reset(before)
    """
    static, donated = positions_of("static_argnums", static_argnums), positions_of("donate", donate)
    if backend not in WRITERS:
        raise ValueError(f"compile has no backend {backend!r}; it has {' and '.join(map(repr, WRITERS))}")
    if backend == "numba":
        require_numba()
    if f is None:
        return partial(Compiled, static_argnums=static, backend=backend, fast_math=fast_math, donate=donated)
    return Compiled(f, static, backend, fast_math, donated)
