"""What the trained reader learns from, and how: phrases, a generator that varies them, a trainer."""
