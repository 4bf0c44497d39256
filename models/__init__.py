"""Learned models. None is shipped yet: `nanocart.load()` reads with the rules."""
