"""Text and annotations in and out: formats, archives, inline mark-up, tables."""
