"""/api/review-tables/: questions as columns, documents of a case as rows, their answers as cells."""
