"""Optimisers as pure functions of trees: what `tapegrad.optim` lists."""
