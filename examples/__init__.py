"""Invented doctors, to try the product on: no real person is described here."""
