"""Pages of alerts and of their notices."""
