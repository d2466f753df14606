"""Reads arguments, calls the engine, draws; decides nothing."""
