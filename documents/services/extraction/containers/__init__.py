"""What the readers of containers (ZIP files, mailboxes, Outlook's files) need besides: names of members, load files, Outlook's properties."""
