"""Finding a plan: capacity, policy, the menu, and the state table of the talk. Pure; a number is never worded here."""
