"""The demonstration: a lender's core, borrowers with telephones and a clock, around the real pipeline.

Nothing below this package knows that the world it serves is simulated.
"""
