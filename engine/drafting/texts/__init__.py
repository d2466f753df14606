"""The texts a policy cites: whether they still say so, and where each of their rules is written."""
