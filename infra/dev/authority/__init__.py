"""The simulator of the authorities: takes filings, decides, plays its moods, and keeps a ledger of all it took."""
