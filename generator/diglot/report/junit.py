"""JUnit XML, which most CI servers show as test results: a failed case a finding, a passed case when all is well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from diglot.core.finding import Finding
from diglot.core.rules import RULES
from diglot.report.text import render_text, safe, sentence


def render_junit(
    findings: Sequence[Finding], waived: Iterable[tuple[Finding, str, str]] = (), language: str = "en"
) -> str:
    """One suite, as Maven Surefire writes and Jenkins reads it; a waived finding is a skipped case with its reason."""
    accepted = list(waived)
    counts = {"tests": max(len(findings) + len(accepted), 1), "failures": len(findings), "skipped": len(accepted)}
    suite = Element("testsuite", {"name": "diglot", **{key: str(count) for key, count in counts.items()}})
    suite.attrib |= {"errors": "0", "time": "0"}
    for finding in findings:
        severity, words = RULES[finding.rule].severity, sentence(finding, language)
        failure = SubElement(_case(suite, finding), "failure", type=severity, message=words)
        failure.text = render_text([finding], language)
    for finding, reason, _ in accepted:
        SubElement(_case(suite, finding), "skipped", message=safe(reason))
    if not len(suite):
        SubElement(suite, "testcase", classname="diglot", name="clean", time="0")
    indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suite, encoding="unicode") + "\n"


def _case(suite: Element, finding: Finding) -> Element:
    where = finding.location
    name = safe(f"{finding.operation or where.path} [{finding.fingerprint}]")
    case = SubElement(suite, "testcase", classname=f"diglot.{finding.rule}", name=name, time="0")
    case.set("file", safe(where.path))
    if where.line:
        case.set("line", str(where.line))
    return case
