"""A synthetic population: fictitious doctors drawn as a policy's `population.yaml` says, written as tables."""
