"""Signs after products: -x * y as -(x * y), where it meets another sign, or a sum that becomes a difference."""

from __future__ import annotations

from tapegrad._program.passes.algebra import minus, negated
from tapegrad._program.passes.rewriting import Rewriting, by_rules, renamed
from tapegrad._program.program import Atom, Equation, Program
from tapegrad._spec import Spec

PRODUCTS = ("multiply", "damp", "damp both", "divide")


def with_signs_last(program: Program) -> Program:
    """The Program with each negation moved behind the product or quotient that reads it, or into a constant in it.

    Where x * c is computed for others too, x * -c is minus that. Rounding does not depend on the sign. Only the zero
    that damps an infinity may get another one.
    """
    uses = program.uses()
    multiples: dict[tuple[Atom, Atom], Atom] = {}
    """The products of arrays and constants."""

    def only(work: Rewriting, atom: Atom, *names: str) -> Equation | None:
        made = work.maker(atom, *names) if work.spec(atom).dtype.kind == "f" else None
        return made if made is not None and uses.get(made.outputs[0], 1) == 1 else None

    def into_constant(work: Rewriting, eq: Equation, out: Spec) -> Equation | None:
        product = only(work, eq.inputs[0], *PRODUCTS)
        if product is None:
            return None
        whole = product.primitive.name == "multiply" and work.alike(product.outputs[0], eq.outputs[0])
        if whole and (other := _with_minus(work, product)) is not None:
            return renamed(eq, "multiply", *other)
        for i, factor in enumerate(product.inputs if _is_real(out) else ()):
            scaled = None if work.is_weak(factor) else only(work, factor, "multiply")
            other = None if scaled is None else _with_minus(work, scaled)
            if other is not None:
                negative = work.call("multiply", *other, spec=work.spec(factor))
                return renamed(eq, product.primitive.name, *product.inputs[:i], negative, *product.inputs[i + 1 :])
        return None

    def multiple(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
        for x, constant in (eq.inputs, eq.inputs[::-1]):
            minus = negated(constant)
            if minus is None or not _is_real(out) or work.spec(x) != out:
                continue
            if (x, minus) in multiples:
                return renamed(eq, "negative", multiples[x, minus])
            multiples[x, constant] = eq.outputs[0]
        return _behind(work, eq, out)

    return by_rules(program, {**dict.fromkeys(PRODUCTS, _behind), "multiply": multiple, "negative": into_constant})


def _with_minus(work: Rewriting, product: Equation) -> tuple[Atom, Atom] | None:
    """What is multiplied for minus a product with a constant."""
    for x, constant in (product.inputs, product.inputs[::-1]):
        minus = negated(constant)
        if minus is not None:
            return x, minus
    return None


def _is_real(out: Spec) -> bool:
    """Arrays of real numbers. A damped product of two numbers has the sign of the first one, if that is 0."""
    return out.dtype.kind == "f" and bool(out.shape)


def _behind(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """-x * y as -(x * y), and -x * -y as x * y; where only a part of the result is as large as -x, it stays there."""
    negatives = {atom: x for atom in eq.inputs if (x := minus(work, atom)) is not None}
    if not _is_real(out) or all(work.spec(atom) != out for atom in negatives):
        return None
    plain = [negatives.get(atom, atom) for atom in eq.inputs]
    if negatives.keys() >= set(eq.inputs):
        return renamed(eq, eq.primitive.name, *plain)
    return renamed(eq, "negative", work.call(eq.primitive.name, *plain, spec=out))
