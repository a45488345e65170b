"""/api/conversations/ and /api/messages/: questions, and their answers as they are made."""
