"""Source locations: in which file and line a statement stands."""
