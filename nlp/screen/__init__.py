"""Screening dumps: which of millions of citations speak of the field, over raw bytes and without parsing the others.

`query` says what is asked, `normal` in which form texts are compared, `patterns` how a query is put to raw bytes,
`structure` where records, titles and abstracts are in them; `raw` finds the records that may match and `screening`
those that do; `sightings` are what a file says of every record, and `dumps` reads files.
"""
