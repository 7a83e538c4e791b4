"""RNE-13: how well does a negotiator negotiate? Borrowers with hidden budgets, other negotiators, thirteen metrics.

Pure, and a stranger to what it measures: nothing here reads a message, knows a policy file or builds a menu. Our own
definition, in the spirit of Wang et al. 2025; `docs/evaluate.md` says what may be compared with what. Parameters lie in
`simulation/data/rne13.toml` with their basis.
"""
