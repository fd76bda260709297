"""Arrivals: fetched from the mailbox and the uploads, kept, read, matched, and erased when their time is over."""

from activities.arrivals.round import Arrivals

__all__ = ["Arrivals"]
