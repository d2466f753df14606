"""Two policies compared: what changed, what it means, who shows it."""
