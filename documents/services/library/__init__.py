"""The law library: files of rulings and statutes become authorities, texts, pages and passages."""
