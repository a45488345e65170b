"""/api/alerts/: alerts of saved searches, and their notices."""
