"""Review tables: questions as columns, documents as rows, each cell what the document answers, with its page."""
