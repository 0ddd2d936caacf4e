"""Servers for the tests of `conform`: each is the reference server, wrong in exactly one way."""
