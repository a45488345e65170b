"""What the task system stands on: database connections, counters, one leader, the event loop, scopes. It knows no task."""
