"""The spaCy components, one a module; spaCy finds them by their entry points.

They stand in this order in `nanocart.load()`, and each works alone and in any subset: `nanocart_sentences`,
`nanocart_scope`, `nanocart_abbreviations`, `nanocart_lexicon`, `nanocart_roles`, `nanocart_outcomes`,
`nanocart_linking`, `nanocart_relations`, `nanocart_findings`, `nanocart_study`. `nanocart_knowledge_base` is for
those who have one of scispaCy's knowledge bases.
"""
