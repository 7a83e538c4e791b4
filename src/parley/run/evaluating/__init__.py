"""The evaluation of negotiation: Parley's own talks, by text, beside the other negotiators; files in, figures out."""
