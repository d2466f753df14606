"""Where the dossiers of a population are: opened, told apart, staged, and read in bulk."""
