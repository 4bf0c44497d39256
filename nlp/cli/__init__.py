"""The command line: each command is a thin parser over a plain function that a library user can call."""
