"""Programs as kernels: loops that numba compiles to machine code."""
