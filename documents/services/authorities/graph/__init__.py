"""The graph of citations: who relies on whom and how much, what was said of it, its picture and its exports."""
