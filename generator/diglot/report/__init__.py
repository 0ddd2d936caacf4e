"""Findings -> words, for people and for programs. One module a format."""

from diglot.report.json import finding_value, render_json, render_jsonl
from diglot.report.text import render_text, safe

__all__ = ["finding_value", "render_json", "render_jsonl", "render_text", "safe"]
