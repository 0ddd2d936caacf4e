"""What the tests of `conform` share: the contract, the bindings, and what the demonstration data holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conftest import ROOT
from diglot.conform import Fixtures, MetadataField, OtherTenant, Report
from diglot.conform.credentials import Secret
from diglot.core import yaml
from diglot.serve import demo

SPEC = ROOT / "specs" / "openapi.yaml"
CONTRACT: dict[str, Any] = yaml.load(SPEC.read_text(encoding="utf-8")).value
LAWS: dict[str, Any] = yaml.load((ROOT / "specs" / "laws.yaml").read_text(encoding="utf-8")).value


def fixtures(**changes: Any) -> Fixtures:
    """Everything that the demonstration data offers."""
    known = demo()
    full = Fixtures(
        token=Secret(known.token, "$DIFY_API_KEY"),
        dataset=known.dataset,
        empty_dataset=known.empty_dataset,
        other_dataset=known.other_dataset,
        api_disabled_dataset=known.api_disabled_dataset,
        other_tenant=OtherTenant(Secret(known.foreign_token, "$OTHER_API_KEY"), known.foreign_dataset),
        metadata_fields=tuple(MetadataField(one.id, one.name, one.type) for one in known.metadata_fields),
    )
    return replace(full, **changes)


def rules(report: Report) -> set[str]:
    """The rules of all that a run found, of what has the same cause as something else too."""
    return {part.rule for finding in report.findings for part in finding.parts}
