"""What the parser of PDFs is made of: text in every turn, notes and forms, repair, and a fallback. Imported by the parser only."""
