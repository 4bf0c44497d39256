"""NLM's PubMed dump as a whole: fetching its files, reading them to the end, asking what came of it.

`fetching` brings the files from NLM's server. `run` is one run: `files` finds the files and their order, `workers` or
`on_ray` hand them out, `reading` makes the part of each, `current` says which record of a citation counts, `tables`
makes the tables; `store`, `manifest` and `parts` are what is on disk, `recipe` is by what it was made. `asking` answers
questions about the result.
"""
