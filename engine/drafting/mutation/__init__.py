"""A policy changed one rule at a time, and the case that notices each change."""
