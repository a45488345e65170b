"""The hits of a search to take along: a list with citations as CSV, XLSX or DOCX.

`export(request, form, absolute)` makes the file and notes in each case what was taken out of it.
"""

from documents.services.search.exports.making import FORMS, Export, export

__all__ = ["FORMS", "Export", "export"]
