"""Worker processes that answer SPARQL queries, within limits, and can be ended at any moment.

`pool.WorkerPool` runs a `messages.Job` and returns its `messages.Answer`, or raises what `errors` lists. What is
imported here is imported by every worker as well, hence nothing is.
"""
