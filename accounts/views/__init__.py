"""Signing in, and what goes with it."""
