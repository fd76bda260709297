"""The words of notices: sentences per language (`letters/`), a layout for text and one for HTML."""
