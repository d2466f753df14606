"""The `forfait` command: reads arguments, calls the engine, draws. It decides nothing."""
