"""How good search is: labelled searches, what each way of searching makes of them, and whether that has become worse."""
