"""What operators and owners see and do: actions, lists, the board, explanations, metrics, maintenance."""
