"""Carriers: one port, one guard against synthetic numbers, and one file for each provider."""
