"""Findings -> words, for people and for programs. One module a format."""

from diglot.report.github import render_github
from diglot.report.json import finding_value, render_json, render_jsonl
from diglot.report.junit import render_junit
from diglot.report.markdown import render_markdown
from diglot.report.reference import render_reference
from diglot.report.rules import law_value, render_law, render_rule, render_rules, rule_values
from diglot.report.sarif import render_sarif
from diglot.report.text import render_text, safe

__all__ = [
    "finding_value",
    "law_value",
    "render_github",
    "render_json",
    "render_jsonl",
    "render_junit",
    "render_law",
    "render_markdown",
    "render_reference",
    "render_rule",
    "render_rules",
    "render_sarif",
    "render_text",
    "rule_values",
    "safe",
]
