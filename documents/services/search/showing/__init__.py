"""From ranked passages to what a person reads: the door again, snippets with marks, pages, moments of recordings."""
