"""The columns of a population: what leaves look at, what follows from them, and what is written of it."""
