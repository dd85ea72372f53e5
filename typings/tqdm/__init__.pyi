"""What the examples use of tqdm, which is untyped."""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

_T = TypeVar("_T")

class tqdm(Generic[_T]):
    def __init__(self, iterable: Iterable[_T], *, desc: str | None = None, unit: str = "it") -> None: ...
    def __iter__(self) -> Iterator[_T]: ...
    def set_postfix(self, *, loss: str) -> None: ...
