"""Review tables in the browser: those of a case, and one with its questions and documents."""
