"""A whole population decided at once: its sources, its engines, what is decided singly, and what is written."""
