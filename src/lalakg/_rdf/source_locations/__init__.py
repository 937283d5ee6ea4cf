"""Source locations: the file and line of a statement, in every serialisation."""
