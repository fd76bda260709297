"""The simulator of the authorities: takes filings, decides, has moods, keeps a ledger."""
