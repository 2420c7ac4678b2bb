"""Pure judgement: what was seen of an asset → findings (one rule, one file) → a verdict."""
