"""The reference server of the three Knowledge API operations: what a correct server does, on SQLite.

The door: `running` serves an application for as long as a `with` block, `serve_forever` until Ctrl-C, and `demo`
names what the demonstration data holds. `diglot.serve.app.create_app` makes the application itself.
"""

from diglot.serve.run import running, serve_forever
from diglot.serve.seed import Demo, demo

__all__ = ["Demo", "demo", "running", "serve_forever"]
