"""Checks that need more than a condition: pure functions over a map and a dossier, one file per family."""
