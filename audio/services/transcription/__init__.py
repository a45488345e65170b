"""From sound to words: the speech model in a process of its own, what it is told and what is believed of what it says."""
