"""Signs after products: -x * y as -(x * y), where it meets another sign, or a sum that becomes a difference."""

from __future__ import annotations

from tapegrad._program.passes.algebra import minus, negated
from tapegrad._program.passes.rewriting import Rewriting, by_rules, renamed
from tapegrad._program.program import Atom, Equation, Program
from tapegrad._spec import Spec

PRODUCTS = ("multiply", "damp", "damp both", "divide")


def with_signs_last(program: Program) -> Program:
    """The Program with each negation moved behind the product or quotient that reads it, or into a constant in it.

    Rounding does not depend on the sign. Only the zero that damps an infinity may get another one.
    """
    uses = program.uses()

    def into_constant(work: Rewriting, eq: Equation, out: Spec) -> Equation | None:
        (x,) = eq.inputs
        product = work.maker(x, *PRODUCTS)
        if product is None or uses.get(product.outputs[0], 1) > 1 or not _is_real(out):
            return None
        for i, factor in enumerate(product.inputs):
            scaled = work.maker(factor, "multiply") if work.spec(factor).dtype.kind == "f" else None
            for y, constant in (scaled.inputs, scaled.inputs[::-1]) if scaled is not None else ():
                minus = negated(constant)
                if minus is not None:
                    other = work.call("multiply", y, minus, spec=work.spec(factor))
                    return renamed(eq, product.primitive.name, *product.inputs[:i], other, *product.inputs[i + 1 :])
        return None

    return by_rules(program, {**dict.fromkeys(PRODUCTS, _behind), "negative": into_constant})


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
