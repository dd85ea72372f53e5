"""Functions with derivatives that the user writes: the decorators, and what each level does with their rules."""
