"""SciPy's functions under precise types; those too that SciPy's own modules would not hand over to tapegrad."""
