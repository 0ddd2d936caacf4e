"""The laws, a family a module, and how they are tried."""
