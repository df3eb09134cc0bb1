"""What runs the product on one machine: the embedded PostgreSQL, `make run`, and the servers of tests and benchmarks.

It is no Django app and imports none: it starts them.
"""
