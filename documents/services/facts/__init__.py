"""What is held for true of each document: proposals of the rules, decisions of people, and what these teach for the rest of the case."""
