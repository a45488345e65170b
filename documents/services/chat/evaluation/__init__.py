"""How good answers are: questions with the words that answer them, what is shown for each, and whether that has become worse."""
