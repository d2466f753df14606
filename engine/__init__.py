"""Decides and explains the forfait structure; knows no year, no indicator, no screen."""
