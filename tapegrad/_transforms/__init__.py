"""The transforms: what is done with a recorded, a pushed or a batched run of the user's function."""
