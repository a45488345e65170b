"""Live dictation: frames that are stored before they are acknowledged, text while somebody speaks, a recording at the end."""
