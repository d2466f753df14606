"""A policy's own cases, and what none of them shows."""
