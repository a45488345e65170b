"""What can be exported: each module declares one `Source`."""
