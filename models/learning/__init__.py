"""Training: the network, its losses, the data that it learns from, adaptation. Needs `pip install nanocart[train]`."""
