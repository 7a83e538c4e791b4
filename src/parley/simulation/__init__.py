"""Seeded borrowers who read, answer in words of their own, and pay or do not pay.

Pure: same seed, same acts, in whatever order they are asked. Imports nothing of reading or negotiation, so that what
they write cannot lean on what is understood. Parameters lie in `data/card.toml` with their basis.
"""
