"""As `rejected`: `compile`, `trace`, `cond`. For checkers alone."""

from __future__ import annotations

import numpy as np

from tapegrad import compile, cond, grad, trace, vmap
from tests.typing.accepted_compile import (
    Model,
    c,
    double,
    doubled,
    model,
    negative,
    options,
    repeated,
    scalar,
    stepped,
    two,
    vector,
    wave,
    x,
)


def text(x: float) -> str:
    return str(x)


# compile
compile(1.0)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
compile("f")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
compile(options, static_argnums="x")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
compile(options, static_argnums=[0])  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
compile(options, static_argnames="x")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
compile(options, backend="fortran")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
compile(options, 1)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
compile(static_argnums=1.5)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
compile(static_argnums=1)(2.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
compile(options, donate="x")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
compile(options, donate=[0])  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
compile(options, donate=True, fast_math="yes")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
compile(options, donate_argnums=0)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
compile(donate=(0, "x"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
compile(donate=0)("f")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
# the compiled function's arguments, and its result
c()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
c("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
c(x, 1.0, 2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
c(x, shift="s")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
c(x, factor=2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
c(x) + "s"  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
wave(x, 1.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
repeated(x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
repeated(x, "n")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
doubled("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
doubled(x, 3.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
stepped(x, x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
doubled.donate = (1,)  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
# ... those of its Program
c.program()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
c.program("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
c.program(x, factor=2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
c.source(x, 1.0, 2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
c.profile(x, shift="s")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
c.stats()  # type: ignore[operator]  # pyright: ignore[reportCallIssue]
c.stats.programs = 2  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
c.static_argnums = (1,)  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
# ... of methods
model.apply("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
model.apply(x, factor=2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
model.moved(x, 2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
model.moved("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
model.power(x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Model.apply(x)  # type: ignore[arg-type, call-arg]  # pyright: ignore[reportCallIssue]
Model.loss(model, x)  # type: ignore[arg-type, call-arg]  # pyright: ignore[reportCallIssue]
# with other transforms
grad(compile(text))  # type: ignore[type-var]  # pyright: ignore[reportArgumentType, reportCallIssue]
grad(compile(vector))("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
grad(compile(two), argnums=2)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
compile(grad(text))  # type: ignore[type-var]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownArgumentType]
compile(grad(vector))("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
compile(grad(two))(x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
compile(grad(two)).program(x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
vmap(compile(scalar))("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
# trace
trace(1.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
trace(options, static_argnums="x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
trace(options)()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
trace(options)(x, factor=2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
trace(options)(x) + 1.0  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
trace(options)(x).equations = ()  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
# cond
cond("yes", double, negative, x, 2.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
cond(1.0, double, negative, x, 2.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
cond(True, double, x, 2.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
cond(True, double, negative, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
cond(True, double, negative, x, "by")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
cond(True, double, vector, x, 2.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
cond(np.bool(True), double, negative, x, 2.0) + "s"  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
cond(True, double, negative, x, by=2.0)  # type: ignore[arg-type, call-arg]  # pyright: ignore[reportCallIssue]
