"""How people put the documents of a case in order."""
