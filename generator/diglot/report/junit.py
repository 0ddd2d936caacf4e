"""JUnit XML, which most CI servers show as test results: a failed case a finding, a passed case when all is well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from diglot.core.catalogue import message
from diglot.core.finding import Finding
from diglot.core.rules import RULES
from diglot.report.text import render_text, safe


def render_junit(
    findings: Sequence[Finding], waived: Iterable[tuple[Finding, str, str]] = (), language: str = "en"
) -> str:
    """One suite; a waived finding is a skipped case with its reason."""
    accepted = list(waived)
    suite = Element("testsuite", name="diglot")
    for finding in findings:
        words = safe(message(finding, language))
        failure = SubElement(_case(suite, finding), "failure", type=RULES[finding.rule].severity, message=words)
        failure.text = render_text([finding], language)
    for finding, reason, _ in accepted:
        SubElement(_case(suite, finding), "skipped", message=safe(reason))
    if not len(suite):
        SubElement(suite, "testcase", classname="diglot", name="clean")
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(findings)))
    suite.set("skipped", str(len(accepted)))
    indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suite, encoding="unicode") + "\n"


def _case(suite: Element, finding: Finding) -> Element:
    where = finding.location
    name = f"{finding.operation or where.path} [{finding.fingerprint}]"
    case = SubElement(suite, "testcase", classname=f"diglot.{finding.rule}", name=safe(name))
    case.set("file", safe(where.path))
    case.set("line", str(where.line))
    return case
