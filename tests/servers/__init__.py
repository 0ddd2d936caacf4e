"""Servers for the tests of `conform`: correct ones by other authors, and other APIs, right and wrong."""
