"""How a file of law, or an archive of them, is read: by a child of the sandbox, and what its parent sees of that."""
