"""The folder of a data set: its files, its description, its queries, its rules."""
