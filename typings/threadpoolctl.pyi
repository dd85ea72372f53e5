"""What the benchmarks use of threadpoolctl, which is untyped."""

from contextlib import AbstractContextManager

def threadpool_limits(limits: int) -> AbstractContextManager[object]: ...
