"""Functions with corners of their own: sinc, nan_to_num, modf, ldexp, ..."""
