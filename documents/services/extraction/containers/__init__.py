"""What readers of files that hold other files need besides: names of members, load files, Outlook's properties."""
