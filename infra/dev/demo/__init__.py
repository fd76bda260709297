"""The sample day: several applications from hand-in to result through the public API of a running stack."""
