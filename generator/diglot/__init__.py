"""diglot: one API contract from documentation pages in several languages."""

__version__ = "0.1.0"
