"""What somebody keeps of his searches: by a name (`saved`), and as a history (`history`); `told` says one in words."""
