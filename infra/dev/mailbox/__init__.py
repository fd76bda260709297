"""The local mailbox: an SMTP server that keeps every message, and a page to read them."""
