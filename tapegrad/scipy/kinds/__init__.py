"""The call of each kind of function of SciPy's, as `tapegrad.numpy.kinds` has it of NumPy's."""
