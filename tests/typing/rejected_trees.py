"""What checkers must reject of names of arguments, containers, optimisers and solvers. Never run."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tapegrad import grad, ravel_tree, value_and_grad
from tapegrad.extend import register_tree
import tapegrad.numpy as tnp
from tapegrad.optim import SGD, Adam
from tapegrad.scipy.optimize import least_squares, minimize, root

F8: TypeAlias = NDArray[np.float64]
x: F8 = np.zeros(3)
tree = {"w": x}


def vector(x: F8, scale: float = 1.0) -> np.float64:
    return tnp.sum(x) * scale


def text(x: F8) -> str:
    return ""


class Plain:
    pass


# names
grad(vector, argnames=0)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
grad(vector, argnames=("x", 1))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
grad(vector, argnums=0, argnames="x")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
grad(text, argnames="x")  # type: ignore[type-var]  # pyright: ignore[reportArgumentType, reportCallIssue]
grad(vector, argnames="x")(x, 2.0, 3.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
grad(vector, argnames=("x",))(x) + 1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
value_and_grad(vector, argnames="x", has_aux=True)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
# trees
ravel_tree(tree)[1]("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
print(ravel_tree(tree)[1](x).w)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType]
register_tree(Plain)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
register_tree(Plain(), fields=("x",))  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
# optimisers
Adam("fast")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
SGD(0.1).step(x, SGD(0.1).init(x), tree)  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
SGD(0.1).rate = 0.2  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
# solvers
minimize(text, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
minimize(vector, tree)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
minimize(vector, x, (1.0, 2.0))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
minimize(vector, x, jac=True)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
print(minimize(vector, x).x.w)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType]
least_squares(vector, x, losss="huber")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
least_squares(vector, x, loss="hubert")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
root(vector, x, hess=None)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
