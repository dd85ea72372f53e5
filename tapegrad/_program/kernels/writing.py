"""A kernel as the source of one function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from tapegrad._program.kernels.access import Access, Position
from tapegrad._program.kernels.formulas import converted, spelled
from tapegrad._program.kernels.loops import Loop
from tapegrad._program.kernels.statements import Statement
from tapegrad._program.passes.algebra import number
from tapegrad._program.program import Atom, Program, Var
from tapegrad._program.source.text import Text

START = {"sum": "-0.0", "max": "-np.inf", "min": "np.inf"}
"""What changes nothing: -0.0 + x is x, also where x is -0.0."""


@attrs.define(eq=False)
class Kernel:
    """Some loops and single statements, as one function.

    It gets the arrays and numbers that it reads, then the arrays that it fills; it returns the numbers computed.
    """

    program: Program
    name: str
    items: Sequence[Statement | Loop]
    kept: set[Var]
    """The values that are read after it."""
    parts: bool = False
    """Whether it runs from a `start` to a `stop` of its one loop, and returns the share of every sum."""
    statements: dict[Var, Statement] = attrs.field(factory=dict[Var, Statement], init=False)
    paths: dict[Var, tuple[int, ...]] = attrs.field(factory=dict[Var, "tuple[int, ...]"], init=False)
    """For each value, the loops around the line that computes it."""
    stored: dict[Var, int] = attrs.field(factory=dict[Var, int], init=False)
    """The values that need an array, and around how many loops it stands."""
    inputs: dict[Atom, str] = attrs.field(factory=dict[Atom, str], init=False)

    def __attrs_post_init__(self) -> None:
        self._walk(self.items, ())
        for statement in self.statements.values():
            for access in statement.operands:
                self._read(statement, access)
        for var, statement in self.statements.items():
            if statement.kept and (var in self.kept or statement.kept[-1] > statement.first_reduced):
                limit = 0 if var in self.kept else statement.first_reduced
                self.stored[var] = min(self.stored.get(var, limit), limit)

    def _walk(self, items: Sequence[Statement | Loop], path: tuple[int, ...]) -> None:
        for item in items:
            if isinstance(item, Loop):
                self._walk(item.body, (*path, id(item)))
            else:
                self.statements[item.out] = item
                self.paths[item.out] = path

    def _read(self, reader: Statement, access: Access) -> None:
        array = access.array
        source = self.statements.get(array) if isinstance(array, Var) else None
        if source is None:
            if number(array) is None and array not in self.inputs:
                self.inputs[array] = f"x{len(self.inputs)}"
            return
        if isinstance(array, Var) and not self._visible(array, reader):
            path, own = self.paths[reader.out], self._path(source)
            common = next(
                (i for i, (a, b) in enumerate(zip(path, own, strict=False)) if a != b), min(len(path), len(own))
            )
            self.stored[array] = min(common, self.stored.get(array, common))

    def _path(self, statement: Statement) -> tuple[int, ...]:
        """The loops around the line after which the value is there."""
        return self.paths[statement.out][: statement.first_reduced]

    def _visible(self, var: Var, reader: Statement) -> bool:
        """Whether a local variable holds the value where it is read."""
        source = self.statements[var]
        path = self._path(source)
        single = all(loop < source.first_reduced for loop in source.kept)
        return single and self.paths[reader.out][: len(path)] == path

    @property
    def arrays(self) -> list[Var]:
        """The arrays that are passed to it to be filled."""
        return [
            var for var in self.statements if var in self.kept and self.statements[var].kept and not self._partial(var)
        ]

    @property
    def results(self) -> list[Var]:
        """The values that it returns."""
        return [
            var for var in self.statements if var in self.kept and (not self.statements[var].kept or self._partial(var))
        ]

    @property
    def reaches(self) -> bool:
        """Whether it returns, last, how many arguments were too large for its formulas."""
        return any(statement.formula.reach for statement in self.statements.values())

    def _partial(self, var: Var) -> bool:
        return self.parts and self.statements[var].reduction != "" and self.statements[var].first_reduced == 0

    def write(self, text: Text) -> None:
        """Add the function."""
        given = [
            *(("start", "stop") if self.parts else ()),
            *self.inputs.values(),
            *(f"out{var.number}" for var in self.arrays),
        ]
        with text.block(f"def {self.name}({', '.join(given)}):"):
            if self.reaches:
                text.line("far = False")
            for var, outside in self.stored.items():
                if var not in self.arrays:
                    shape = "".join(f"{n}, " for n in self._sides(var, outside))
                    dtype = self.statements[var].formula.dtype
                    text.line(f"{_array(var)} = np.empty(({shape}), np.{'bool_' if dtype.kind == 'b' else dtype.name})")
            self._body(text, self.items, 0)
            names = [_array(var) if var in self.stored else _local(var) for var in self.results]
            text.line(
                f"return ({''.join(f'{name}, ' for name in (*names, *(['1.0 if far else 0.0'] * self.reaches)))})"
            )

    def _sides(self, var: Var, outside: int) -> list[int]:
        statement = self.statements[var]
        return [statement.length(loop) for loop in self._axes(var) if loop >= outside]

    def _axes(self, var: Var) -> list[int]:
        """The loops along which the value's array lies, in the order of its axes."""
        statement = self.statements[var]
        return [statement.loops.index(position.axis) for position in statement.result if position.axis is not None]

    def _body(self, text: Text, items: Sequence[Statement | Loop], depth: int) -> None:
        for item in items:
            if isinstance(item, Statement):
                self._statement(text, item)
                continue
            sums = [s for s in item.statements() if s.reduction and s.first_reduced == depth]
            for statement in sums:
                start = START[statement.reduction]
                dtype = statement.formula.dtype
                zero = spelled(float(start.replace("np.", "")) if dtype.kind != "i" else 0, dtype)
                if statement.out in self.stored and statement.kept and statement.kept[-1] > depth:
                    text.line(f"{self._element(statement.out, self._index_of(statement, depth))} = {zero}")
                else:
                    text.line(f"{_local(statement.out)} = {zero}")
            bounds = "start, stop" if self.parts and not depth else str(item.length)
            with text.block(f"for i{depth} in range({bounds}):"):
                self._body(text, item.body, depth + 1)
            for statement in sums:
                inner = bool(statement.kept) and statement.kept[-1] > depth
                if statement.divisor != 1:
                    target = (
                        self._element(statement.out, self._index_of(statement, depth))
                        if inner
                        else _local(statement.out)
                    )
                    text.line(f"{target} /= {spelled(statement.divisor, statement.formula.dtype)}")
                if statement.out in self.stored and not inner:
                    self._store(text, statement)

    def _element(self, var: Var, index: Sequence[str]) -> str:
        """An element of a value's array; of one that was passed, axes of length 1 have an index too."""
        if var in self.arrays:
            long = iter(index)
            index = [next(long) if position.axis is not None else "0" for position in self.statements[var].result]
        return f"{_array(var) if var not in self.arrays else f'out{var.number}'}[{', '.join(index)}]"

    def _index_of(self, statement: Statement, depth: int) -> list[str]:
        """All of a value's array that is computed inside so many loops."""
        axes = [loop for loop in self._axes(statement.out) if loop >= self.stored[statement.out]]
        return [f"i{loop}" if loop < depth else ":" for loop in axes]

    def _store(self, text: Text, statement: Statement) -> None:
        var = statement.out
        index = [f"i{loop}" for loop in self._axes(var) if loop >= self.stored[var]]
        text.line(f"{self._element(var, index)} = {_local(var)}")

    def _statement(self, text: Text, statement: Statement) -> None:
        formula, var = statement.formula, statement.out
        operands = [self._operand(statement, i) for i in range(len(statement.operands))]
        value = formula.expression.format(*operands)
        if formula.dtype.kind != "b" and formula.dtype.name not in ("float64", "complex128"):
            value = f"np.{formula.dtype.name}({value})"
        if formula.reach:
            text.line(f"far |= is_far({operands[0]})")
        if not statement.reduction or statement.first_reduced == len(statement.loops):
            text.line(f"{_local(var)} = {value}")
            if var in self.stored:
                self._store(text, statement)
            return
        target = _local(var)
        if statement.kept and statement.kept[-1] > statement.first_reduced:
            target = self._element(var, [f"i{loop}" for loop in self._axes(var) if loop >= self.stored[var]])
        join = {"sum": "plus({}, {})", "max": "maximum({}, {})", "min": "minimum({}, {})"}[statement.reduction]
        text.line(f"{target} = {join.format(target, value)}")

    def _operand(self, statement: Statement, i: int) -> str:
        access, wanted = statement.operands[i], statement.formula.operands[i]
        array = access.array
        constant = number(array)
        own = self.statements.get(array) if isinstance(array, Var) else None
        dtype = own.formula.dtype if own else self.program.spec(array).dtype
        if constant is not None:
            text = spelled(constant, wanted or dtype)
            dtype = wanted or dtype
        elif own is None:
            index = ", ".join(_index(position, statement) for position in access.positions)
            text = f"{self.inputs[array]}[{index}]" if access.positions else self.inputs[array]
        elif isinstance(array, Var) and self._visible(array, statement):
            text = _local(array)
        elif isinstance(array, Var):
            long = [
                (p, own.loops.index(o.axis))
                for p, o in zip(access.positions, own.result, strict=True)
                if o.axis is not None
            ]
            text = self._element(array, [_index(p, statement) for p, loop in long if loop >= self.stored[array]])
        else:
            raise AssertionError
        text = converted(text, dtype, wanted)
        inside = list(_conditions(access, statement))
        return f"({text} if {' and '.join(inside)} else {spelled(0, wanted or dtype)})" if inside else text


def _conditions(access: Access, statement: Statement) -> Iterator[str]:
    """The bounds that do not hold everywhere."""
    for position, start, stop in access.bounds:
        last = position.offset + (
            position.step * (statement.shape[position.axis] - 1) if position.axis is not None else 0
        )
        if min(position.offset, last) < start or max(position.offset, last) >= stop:
            yield f"{start} <= {_index(position, statement)} < {stop}"


def _index(position: Position, statement: Statement) -> str:
    if position.axis is None:
        return str(position.offset)
    along = f"i{statement.loops.index(position.axis)}"
    if position.step != 1:
        along = f"{position.step} * {along}"
    return f"{along} {'-' if position.offset < 0 else '+'} {abs(position.offset)}" if position.offset else along


def _local(var: Var) -> str:
    return f"v{var.number}"


def _array(var: Var) -> str:
    return f"a{var.number}"
