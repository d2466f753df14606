"""Decides and explains the forfait structure; knows no year, no indicator, no screen."""

VERSION = "0.1.0"
"""The product's own, which its package and its records bear."""
