"""What a text is made of for a search: words, their stems by language, and other ways to write them."""
