"""The console: where staff see which thread needs them and why, what was decided, and what went out."""
