"""How a paper looks, as Word file and as PDF. All of it runs in a confined child of the sandbox, so no Django here."""
