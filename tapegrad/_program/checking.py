"""What a valid Program is."""

from __future__ import annotations

from tapegrad._program.choosing import Chosen
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.repeating import Repeated
from tapegrad._program.rolling import Rolled
from tapegrad._spec import Spec


def check(program: Program) -> None:
    """Raise `ValueError` where a Program is not valid.

    In a valid Program

    1. every value has one definition: it is an input, or an output of one equation;
    2. every value is defined before it is read, by an equation or as an output of the Program;
    3. every value has a Spec, of numbers or truth values, and each input a name of its own;
    4. an equation has as many inputs, parameters and outputs as its primitive takes and gives;
    5. there are as many outputs as leaves of the tree that they are returned in;
    6. the Programs inside of a loop or a choice are valid, and take and give what is carried through the loop, or what
       both branches have in common;
    7. applied to arguments of the Specs of its inputs, the Program gives values of the Specs that it states.
       (Only a run can tell that: the tests do so for every row.)

    >>> import numpy as np
    >>> from tapegrad import trace
    >>> from tapegrad.program import check
    >>> program = trace(lambda x: np.sin(x) * 2.0)(1.0)
    >>> check(program)
    >>> check(program.replaced(program.equations[1:]))
    Traceback (most recent call last):
        ...
    ValueError: equation 0 (multiply) reads %1, which is not defined before it
    """
    leaves = program.structure.num_leaves
    if leaves != len(program.outputs):
        raise ValueError(f"there are {len(program.outputs)} outputs, for a tree of {leaves}")
    _check_equations(program)


def _check_equations(program: Program) -> None:
    defined: set[Var] = set()

    def define(var: Var, what: str) -> None:
        if var in defined:
            raise ValueError(f"{what} defines {var}, which is defined already")
        if not 0 <= var.number < len(program.specs):
            raise ValueError(f"{what} defines {var}, which has no Spec")
        if program.spec(var).dtype.kind not in "biufc":
            raise ValueError(f"{what} defines {var}, whose dtype {program.spec(var).dtype} is not one of numbers")
        defined.add(var)

    if len(program.names) != len(program.inputs) or len(set(program.names)) != len(program.names):
        raise ValueError(f"{len(program.inputs)} inputs are called {program.names}: each has a name of its own")
    for var, name in zip(program.inputs, program.names, strict=True):
        define(var, f"input {name}")
    for i, eq in enumerate(program.equations):
        what = f"equation {i} ({eq.primitive.name})"
        for atom in eq.inputs:
            if isinstance(atom, Var) and atom not in defined:
                raise ValueError(f"{what} reads {atom}, which is not defined before it")
        arity = eq.primitive.arity
        if arity not in (-1, len(eq.inputs)) or len(eq.parameters) != eq.primitive.parameters:
            raise ValueError(f"{what} has {len(eq.inputs)} inputs and {len(eq.parameters)} parameters")
        if len(eq.outputs) != eq.primitive.results:
            raise ValueError(f"{what} has {len(eq.outputs)} outputs, where its primitive gives {eq.primitive.results}")
        _check_content(eq, what)
        for var in eq.outputs:
            define(var, what)
    for atom in program.outputs:
        if isinstance(atom, Var) and atom not in defined:
            raise ValueError(f"an output is {atom}, which is not defined")


def _check_content(eq: Equation, what: str) -> None:
    """Rule 6."""
    if isinstance(eq.primitive, Rolled):
        loop = eq.primitive.content
        programs, taken = [loop.body], len(eq.inputs)
        fits = loop.carry + loop.rows <= taken and _carries(loop.body, loop.carry)
    elif isinstance(eq.primitive, Repeated):
        loop = eq.primitive.content
        programs, taken = [loop.condition, loop.step], len(eq.inputs)
        fits = len(loop.condition.outputs) == 1 and len(loop.step.outputs) == loop.carry
        fits = fits and _carries(loop.step, loop.carry)
    elif isinstance(eq.primitive, Chosen):
        choice = eq.primitive.content
        programs, taken = [choice.first, choice.second], len(eq.inputs) - 1
        fits = _specs(choice.first, choice.first.outputs) == _specs(choice.second, choice.second.outputs)
    else:
        return
    if not fits or any(len(program.inputs) != taken for program in programs):
        raise ValueError(f"{what} is made of Programs that do not fit each other")
    for program in programs:
        _check_equations(program)


def _specs(program: Program, atoms: tuple[Atom, ...]) -> list[Spec]:
    return [program.spec(atom) for atom in atoms]


def _carries(step: Program, carry: int) -> bool:
    """Whether what a step returns can be carried into the next."""
    before, after = step.inputs[:carry], step.outputs[:carry]
    weak = all(step.is_weak(new) for old, new in zip(before, after, strict=True) if step.is_weak(old))
    return 0 <= carry <= len(step.inputs) and _specs(step, before) == _specs(step, after) and weak
