"""Where documents come from by themselves: watched folders, mailboxes, and what `manage.py ingest` walks."""
