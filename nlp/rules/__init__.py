"""What the rules know of the field, one subject a module, over a `View` of the text and without spaCy."""
