"""Who speaks, as far as a machine can tell: by the channel that a voice is recorded on, else by how it sounds. Proposals, never facts."""

MOST_SPEAKERS = 20
"""Of a recording: proposed, or said to be there."""
