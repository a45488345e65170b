"""What starts and supervises the processes of an installation."""
