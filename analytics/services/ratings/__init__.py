"""Ratings of documents, rulings and answers, votes on hits, and what is made of them: scores, a prior for the search, labels."""
