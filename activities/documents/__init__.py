"""Documents: examining uploads, showing pages safely, binding a filing's package. No database here."""
