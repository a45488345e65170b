"""From a file to what can be heard in it: decoded, listened to chunk by chunk, concluded, shown."""
