"""Documents held to the schemas in docs/schemas."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "schemas"


@functools.cache
def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by the name of its file: "plan-1"."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")}


def file_of(format_name: str) -> str:
    """The schema of a format: "plan-1" of "isoflop.plan/1"."""
    return format_name.removeprefix("isoflop.").replace("/", "-")


def closed(schema: Any) -> Any:
    """The same without room for members that it does not list."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: closed(value) for key, value in schema.items()}
    # Where a property is called so it is a schema, and no keyword.
    if out.get("type") == "object" and isinstance(out.get("properties"), dict):
        out.setdefault("additionalProperties", False)
    return out


@functools.cache
def registry(is_closed: bool) -> Registry[Any]:
    def resource(schema: dict[str, Any]) -> Resource[Any]:
        shown = closed(copy.deepcopy(schema)) if is_closed else schema
        return Resource.from_contents(shown, default_specification=DRAFT202012)

    named = ((f"{name}.json", resource(schema)) for name, schema in schemas().items())
    return Registry().with_resources(named)


@functools.cache
def validator(name: str, is_closed: bool) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{name}.json"}, registry=registry(is_closed))


def faults(document: Any, *, complete: bool = False) -> list[str]:
    """What the schema of the document's own format finds, a line each.

    complete: of what this program writes, nothing may be missing from the schema.
    """
    return list(_faults(document, complete))


def _faults(document: Any, complete: bool) -> Iterator[str]:
    name = file_of(str(document.get("format", "")))
    if name not in schemas():
        yield f"no schema of {document.get('format')!r}"
        return
    if complete and "request" in schemas()[name]["properties"]:
        for made_from in {"request", "isoflop_version", "inputs"} - document.keys():
            yield f"$: {made_from!r} is missing"
    for fault in validator(name, complete).iter_errors(document):
        yield f"{fault.json_path}: {fault.message[:300]}"
