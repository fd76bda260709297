"""A package, so that what is scoped to it ends with its last test: a desk that is killed."""
