"""What people do to many documents of a case at once."""
