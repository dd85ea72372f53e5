"""Programs: a computation recorded whole, as data; optimised, shown, and run again as code."""
