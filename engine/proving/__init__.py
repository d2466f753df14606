"""What holds for every possible dossier: the formula of a policy put to a solver, and what the solver answers."""
