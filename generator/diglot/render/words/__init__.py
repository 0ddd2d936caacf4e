"""How it is said: types, docstrings, programs that run, Markdown."""
