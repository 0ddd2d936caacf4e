"""The rendered dialect: an endpoint page as a reader sees it, as plain text. The door is `recover`."""

from diglot.read.rendered.endpoint import recover

__all__ = ["recover"]
