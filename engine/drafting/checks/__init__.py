"""What is wrong with a policy being written: `lint` runs every check, each a module of its own."""
