"""What stands beside the package: README, pyproject.toml and the reference."""
