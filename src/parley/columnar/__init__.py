"""Whole books by column. Beside the store the only home of SQL text."""
