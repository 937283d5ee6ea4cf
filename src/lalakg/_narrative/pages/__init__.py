"""The pages of a story: worlds side by side, claims with their passages, the debate."""
