"""A package, so that what is scoped to it ends with its last test: Chromium's driver keeps the thread's event loop."""
