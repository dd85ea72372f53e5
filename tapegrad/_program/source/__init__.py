"""Programs as Python source: straight-line NumPy."""
