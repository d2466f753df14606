"""What a dispute asks of a decision: what was missing, what it hangs on, what could still be done."""
