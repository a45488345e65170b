"""What a person types, understood: lexer and parser (text -> tree), matching (tree -> what PostgreSQL looks for)."""
