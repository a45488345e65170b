"""JSON of tasks under /api/tasks/."""
