"""What the store refuses to do."""

from __future__ import annotations


class UnknownDocumentError(Exception):
    """A document that the dataset does not hold is named. Nothing has been changed."""


class UnknownFieldError(Exception):
    """A metadata field that the dataset does not define under this id and name is named. Nothing has been changed."""


class UnfinishedDocumentError(Exception):
    """A document that is not completely indexed is to be disabled. Nothing has been changed."""
