"""Correct servers of the same API by "other authors": each written on its own, with other tools and other choices."""
