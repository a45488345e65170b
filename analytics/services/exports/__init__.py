"""Files that are made of what is stored, for who asked for them: JSON, CSV and XLSX of any length in constant memory.

`sources` says what can be exported, by whom, and which tables it has; `content` is what a table is and how its values are written;
`forms` writes tables into files; `asking` takes an order, `writing` carries it out.
"""
