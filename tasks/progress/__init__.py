"""Progress: events, who may follow them, how they travel, and the sockets and streams that deliver them."""
