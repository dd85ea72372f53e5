"""As `rejected`: `vmap`. For checkers alone."""

from __future__ import annotations

from tapegrad import vmap
from tests.typing.accepted_vmap import loss, product, scaled, vector, weights, x

vmap(vector, in_axes="0")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
vmap(vector, in_axes=0.5)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
vmap(vector, out_axes="rows")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
vmap(vector, axis=0)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
vmap("vector")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
vmap(vector, in_axes=0)("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
vmap(product, in_axes=(0, None))(x, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
vmap(product, in_axes=(0, 0))(x, 2.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
vmap(scaled, in_axes=(0, None))(x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
vmap(scaled, in_axes=(None, 0))(x, 2.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
vmap(loss, in_axes=(None, 0, 0))(x, x, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
vmap(loss, in_axes=(None, 0, None))(weights, x, "label")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
