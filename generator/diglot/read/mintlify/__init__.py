"""The flat dialect: Mintlify's flattened endpoint tree, undone. The door is `recover`."""

from diglot.read.mintlify.endpoint import recover

__all__ = ["recover"]
