"""The words that every stage shares: values, pointers, rules and findings. Imports nothing else of diglot."""
