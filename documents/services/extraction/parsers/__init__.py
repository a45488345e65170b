"""The parsers. A new format is a new module here that declares it in `FORMATS`; every list of formats, the look at an upload and the
choice of the parser follow from that. Other processes import these modules too, to know the declarations: what is heavy to import and
rarely needed is imported where it is used.
"""
