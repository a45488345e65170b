"""What is exported: tables with columns that are explained, and their values as each form of file writes them."""
