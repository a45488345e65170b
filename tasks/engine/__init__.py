"""The life of a task: from the outbox into the queue, claimed, run under a lease, settled."""
