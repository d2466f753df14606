"""What a change of rules does to a population: the same doctors decided by two policies, and compared."""
