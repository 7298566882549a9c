#!/usr/bin/env python3
"""Makes the schema's C++ tables, docs/kinds.md and docs/ir.schema.json from ir/schema.yaml.

usage: generate_schema.py schema.yaml --cpp FILE | --kinds FILE | --json-schema FILE
       generate_schema.py schema.yaml --check DOCS    fails when DOCS/kinds.md or DOCS/ir.schema.json is stale
"""
import copy
import json
import re
import sys
from fractions import Fraction

import yaml

UNITS = {
    "size": {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40},
    "cpu": {"vCPU": 1024, "units": 1},
    "duration": {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000},
    "percent": {"%": 100},
    "int": {"": 1},
    "string": {"": 1},
}
KINDS = {"bool": "boolean", "int": "integer", "string": "string", "size": "size", "cpu": "cpu", "duration": "duration", "percent": "percent",
         "image": "image", "health_command": "health_command", "secret": "secret", "field_path": "field_path", "any": "any", "schedule": "schedule",
         "selection": "selection", "target": "target"}
FIELD_KEYS = {"type", "default", "doc", "path", "encoding", "key", "value", "entry", "canonical", "update", "required", "form", "local", "aws", "note",
              "whole", "pattern", "keys_name", "local_ref", "also", "variants", "implied", "api", "with", "local_takes"}
BLOCK_KEYS = {"doc", "label", "primary", "path", "name_member", "label_pattern", "minimum", "maximum", "always", "off_field", "fields", "blocks", "planned",
              "read_only", "server_defaults", "referable", "choice", "raw", "local", "aws", "note", "stands_for", "arn", "raw_update", "identity"}
RECORD_KEYS = {"doc", "primary", "fields"}
SUPPORT = {"honoured", "emulated", "stored_only", "rejected", "not_carried_out"}
RAW_TYPES = {"string", "integer", "boolean", "number", "list", "object"}

# schema::Block's members: designated initialisers come in the order of the struct
BLOCK_MEMBERS = ["kind", "doc", "label", "variants", "planned_variants", "variant_field", "variant_path", "label_pattern", "label_pattern_text",
                 "minimum", "maximum", "primary_field", "referable", "choice", "identity", "path", "name_member", "always", "off_field", "fields", "blocks", "planned",
                 "read_only", "server_defaults", "raw_members", "local", "aws", "support_note", "stands_for", "arn_template"]

# What every resource has besides what its kind says.
LIFECYCLE = {
    "doc": "What berth may do with the resource. Nothing of it is sent, but for the tag that protects.",
    "fields": {
        "prevent_destroy": {"type": "bool", "doc": "Refuse every plan that would destroy the resource, also when its block is gone (the tag `berth:protect`).",
                            "path": ""},
        "ignore": {"type": "field_path", "doc": "Settings that others change: a difference in them is no change.", "path": ""},
    },
}
EXTERN_FIELDS = {
    "account": {"type": "string", "pattern": "account", "doc": "Account it belongs to; the stack's when not set.", "path": ""},
    "region": {"type": "string", "doc": "Region it is in; the stack's when not set.", "path": ""},
}
RAW_DOC = "Members of the API object that the language has no word for, by their own names. `raw unchecked { }` takes members that this version does not know."


class SchemaError(Exception):
    pass


def amount(kind, text):
    """"4 MiB" -> base units of the kind."""
    text = str(text).strip()
    match = re.fullmatch(r"(-?[0-9.]+)\s*([A-Za-z%]*)", text)
    if not match or match.group(2) not in UNITS[kind]:
        raise SchemaError(f"{text!r} is no {kind}")
    value = Fraction(match.group(1)) * UNITS[kind][match.group(2)]
    if value != int(value):
        raise SchemaError(f"{text!r} is not whole")
    return int(value)


RECORDS = set()


def parse_type(text):
    """Type text -> dict with kind, minimum, maximum, literals, target, element, record."""
    text = text.strip()
    if text in RECORDS:
        return {"kind": "record", "text": text, "record": text}
    if text.startswith('"'):
        literals = [part.strip() for part in text.split("|")]
        if not all(re.fullmatch(r'"[^"]*"', part) for part in literals):
            raise SchemaError(f"bad literal union {text!r}")
        return {"kind": "literal", "text": text, "literals": [part[1:-1] for part in literals]}
    match = re.fullmatch(r"(\w+)(?:\((.*)\))?", text)
    if not match:
        raise SchemaError(f"bad type {text!r}")
    name, inner = match.groups()
    if name in ("list", "map"):
        result = {"kind": name, "text": text}
        bounds = re.fullmatch(r"(.*), ([0-9]*)\.\.([0-9]*)", inner)
        if bounds:
            inner = bounds.group(1)
            result |= {bound: int(n) for bound, n in (("minimum", bounds.group(2)), ("maximum", bounds.group(3))) if n}
        return {**result, "element": parse_type(inner)}
    if name == "ref":
        return {"kind": "reference", "text": text, "target": inner}
    if name not in KINDS:
        raise SchemaError(f"unknown type {text!r}")
    result = {"kind": KINDS[name], "text": text}
    if inner:
        low, _, high = inner.partition("..")
        if low.strip():
            result["minimum"] = amount(name, low)
        if high.strip():
            result["maximum"] = amount(name, high)
    return result


def kind_name_of(field_type):
    return {"boolean": "bool", "integer": "int"}.get(field_type["kind"], field_type["kind"])


def quote(text):
    return json.dumps(str(text), ensure_ascii=False)


class Cpp:
    """Writes nested static tables; every array gets a name of its own."""

    def __init__(self, patterns):
        self.lines = []
        self.count = 0
        self.patterns = patterns

    def name(self, prefix):
        self.count += 1
        return f"{prefix}_{self.count}"

    def texts(self, values):
        if not values:
            return "{}"
        name = self.name("texts")
        self.lines.append(f"constexpr std::string_view {name}[] = {{{', '.join(quote(v) for v in values)}}};")
        return name

    def pattern(self, ref):
        return self.patterns[ref] if isinstance(ref, str) else ref

    def type(self, parsed, field):
        parts = [f".kind = TypeKind::{parsed['kind']}", f".text = {quote(parsed['text'])}"]
        for bound in ("minimum", "maximum"):
            if bound in parsed:
                parts.append(f".{bound} = {parsed[bound]}")
        if "whole" in field and parsed["kind"] in UNITS:
            words = {"1 MiB": "MiB", "1 GiB": "GiB", "1s": "seconds", "1m": "minutes", "1%": "percent", "0.1%": "tenths of a percent"}[field["whole"]]
            parts.append(f".multiple_of = {amount(parsed['kind'], field['whole'])}, .multiple_text = {quote(words)}")
        if "literals" in parsed:
            parts.append(f".literals = {self.texts(parsed['literals'])}")
        if "pattern" in field:
            pattern = self.pattern(field["pattern"])
            parts.append(f".pattern = {quote(pattern['regex'])}, .pattern_text = {quote(pattern['words'])}")
        if "target" in parsed:
            parts.append(f".target = {quote(parsed['target'])}")
        if "element" in parsed:
            name = self.name("element")
            self.lines.append(f"constexpr Type {name} = {self.type(parsed['element'], {})};")
            parts.append(f".element = &{name}")
        if "record" in parsed:
            parts.append(f".record = &record_{parsed['record']}")
        return "{" + ", ".join(parts) + "}"

    def field(self, name, field):
        unknown = set(field) - FIELD_KEYS
        if unknown or "doc" not in field:
            raise SchemaError(f"field {name}: unknown {sorted(unknown)} or no doc")
        parsed = parse_type(field["type"])
        for target in ("local", "aws"):
            if field.get(target, "honoured") not in SUPPORT:
                raise SchemaError(f"field {name}: {field[target]!r} is no support")
        parts = [f".name = {quote(name)}"]
        if "also" in field:
            parts.append(f".also = {quote(field['also'])}")
        parts += [f".type = {self.type(parsed, field)}", f".doc = {quote(field['doc'])}"]
        if field.get("required"):
            parts.append(".required = true")
        if field.get("form") == "block":
            parts.append(".block_form = true")
        if "keys_name" in field:
            parts.append(f".keys_name = {quote(field['keys_name'])}")
        if "local_ref" in field:
            parts.append(f".local_ref = {quote(field['local_ref'])}")
        if "variants" in field:
            parts.append(f".variants = {self.texts(field['variants'])}")
        if "default" in field:
            default = field["default"]
            kind = kind_name_of(parsed)
            if kind == "bool":
                parts.append(f".default_kind = DefaultKind::boolean, .default_number = {int(default)}")
            elif kind in UNITS and kind not in ("string", "list", "map"):
                parts.append(f".default_kind = DefaultKind::number, .default_number = {amount(kind, default)}")
            else:
                parts.append(f".default_kind = DefaultKind::text, .default_text = {quote(default.strip(chr(34)))}")
        if field.get("implied"):
            if "default" not in field:
                raise SchemaError(f"field {name}: implied, but no default")
            parts.append(".implied = true")
        parts.append(f".path = {quote(field['path'])}, .encoding = Encoding::{field.get('encoding', 'plain')}")
        if "key" in field:
            parts.append(f".key_member = {quote(field['key'])}")
        if "value" in field:
            parts.append(f".value_member = {quote(field['value'])}")
        if "entry" in field:
            parts.append(f".entry_name = {quote(field['entry'])}")
        if "api" in field:
            if len(field["api"]) != (2 if parsed["kind"] == "boolean" else len(parsed["literals"])):
                raise SchemaError(f"field {name}: `api` does not fit its type")
            parts.append(f".api_values = {self.texts(field['api'])}")
        if "with" in field:
            parts.append(f".constants = {self.array('Constant', 'constants', [f'{{{quote(member)}, {quote(text)}}}' for member, text in field['with'].items()])}")
        parts.append(f".canonical = Canonical::{field.get('canonical', 'exact')}, .update = UpdateClass::{field.get('update', 'in_place')}")
        parts.append(f".local = Support::{field.get('local', 'honoured')}, .aws = Support::{field.get('aws', 'honoured')}")
        if "local_takes" in field:
            parts.append(f".local_takes = {self.texts(field['local_takes'])}")
        if "note" in field:
            parts.append(f".support_note = {quote(field['note'])}")
        return "{" + ", ".join(parts) + "}"

    def block(self, kind, block):
        unknown = set(block) - BLOCK_KEYS
        if unknown or "doc" not in block:
            raise SchemaError(f"kind {kind}: unknown {sorted(unknown)} or no doc")
        members = {"kind": quote(kind), "doc": quote(block["doc"])}
        label = block.get("label", "none")
        if isinstance(label, dict):
            members |= {"label": "LabelKind::variant", "variants": self.texts(label["variant"]),
                        "planned_variants": self.texts(label.get("planned", [])), "variant_field": quote(label["field"]),
                        "variant_path": quote(label["path"])}
        else:
            members["label"] = f"LabelKind::{label}"
        if "label_pattern" in block:
            pattern = self.pattern(block["label_pattern"])
            members |= {"label_pattern": quote(pattern["regex"]), "label_pattern_text": quote(pattern["words"])}
        members |= {bound: block[bound] for bound in ("minimum", "maximum") if bound in block}
        members |= {member: quote(block[key]) for key, member in
                    (("primary", "primary_field"), ("path", "path"), ("name_member", "name_member"), ("referable", "referable"),
                     ("note", "support_note"), ("stands_for", "stands_for"), ("arn", "arn_template")) if key in block}
        if "identity" in block:
            members["identity"] = self.texts(block["identity"])
        members |= {flag: "true" for flag in ("always", "choice") if block.get(flag)}
        members |= {target: f"Support::{block[target]}" for target in ("local", "aws") if target in block}
        members["raw_members"] = self.array("RawMember", "raw_members", [f"{{{quote(member)}, {quote(kind)}}}" for member, kind in block.get("raw", {}).items()])
        if "off_field" in block:
            members["off_field"] = quote(block["off_field"])
        members["fields"] = self.array("Field", "fields", [self.field(name, field) for name, field in block.get("fields", {}).items()])
        members["blocks"] = self.array("Block", "blocks", [self.block(name, child) for name, child in block.get("blocks", {}).items()])
        members["planned"] = self.texts(block.get("planned", []))
        members["read_only"] = self.texts(block.get("read_only", []))
        members["server_defaults"] = self.array("ServerDefault", "server_defaults", [
            f"{{{quote(member)}, {quote(json.dumps(value, separators=(',', ':'), sort_keys=True))}}}"
            for member, value in block.get("server_defaults", {}).items()])
        return "{" + ", ".join(f".{name} = {members[name]}" for name in BLOCK_MEMBERS if name in members) + "}"

    def records(self, types):
        for name, record in types.items():
            if set(record) - RECORD_KEYS:
                raise SchemaError(f"type {name}: unknown {sorted(set(record) - RECORD_KEYS)}")
            rows = self.array("Field", "fields", [self.field(field, row) for field, row in record["fields"].items()])
            parts = [f".name = {quote(name)}", f".doc = {quote(record['doc'])}"]
            if "primary" in record:
                parts.append(f".primary_field = {quote(record['primary'])}")
            self.lines.append(f"constexpr Record record_{name} = {{{', '.join(parts)}, .fields = {rows}}};")
        return self.array("Record", "records", [f"record_{name}" for name in types])

    def array(self, element, prefix, rows):
        if not rows:
            return "{}"
        name = self.name(prefix)
        body = ",\n".join("    " + row for row in rows)
        self.lines.append(f"constexpr {element} {name}[] = {{\n{body}}};")
        return name


def add_raw(block, update):
    """A block that names raw members takes `raw { }`; so do the blocks in it."""
    update = block.get("raw_update", update)
    for child in block.get("blocks", {}).values():
        add_raw(child, update)
    if "raw" in block:
        wrong = {kind for kind in block["raw"].values() if kind not in RAW_TYPES}
        if wrong:
            raise SchemaError(f"raw members of no known type: {sorted(wrong)}")
        block.setdefault("fields", {})["raw"] = {"type": "any", "form": "block", "doc": RAW_DOC, "path": "", "update": update}


def read_schema(path):
    with open(path, encoding="utf-8") as file:
        schema = yaml.safe_load(file)
    RECORDS.update(schema["types"])
    for block in schema["extern_kinds"].values():
        block["fields"] |= {name: dict(row) for name, row in EXTERN_FIELDS.items()}
    for block in schema["kinds"].values():
        block.setdefault("blocks", {})["lifecycle"] = copy.deepcopy(LIFECYCLE)
        add_raw(block, "in_place")
    return schema


def write_cpp(schema):
    cpp = Cpp(schema["patterns"])
    records = cpp.records(schema["types"])
    stack = cpp.block("stack", schema["stack"])
    kinds = cpp.array("Block", "kinds", [cpp.block(kind, block) for kind, block in schema["kinds"].items()])
    externs = cpp.array("Block", "externs", [cpp.block(kind, block) for kind, block in schema["extern_kinds"].items()])
    planned = cpp.texts(schema["planned_kinds"])
    tables = "\n".join(cpp.lines)
    return f"""// Generated from ir/schema.yaml; not edited.
#include "ir/schema.h"

namespace berth::ir::schema {{
namespace {{

{tables}
constexpr Block the_stack = {stack};

}}  // namespace

std::span<const Block> resource_kinds() {{ return {kinds}; }}
std::span<const Block> extern_kinds() {{ return {externs}; }}
std::span<const Record> records() {{ return {records}; }}
const Block& stack_block() {{ return the_stack; }}
std::span<const std::string_view> planned_kinds() {{ return {planned}; }}

}}  // namespace berth::ir::schema
"""


UPDATE_WORDS = {"in_place": "in place", "new_revision": "new revision", "new_deployment": "new deployment", "replacement": "replacement"}


def kinds_page(schema):
    out = ["# Kinds and fields", "", "Generated from `ir/schema.yaml`. A change of a field is carried out *in place*, by a *new revision* of the task definition"
           " (and so a new deployment of the services that use it), by a *new deployment* of the service, or by *replacement* of the resource.", ""]

    def section(kind, block, depth, path):
        title = " ".join(path + [kind])
        label = block.get("label", "none")
        if label == "name":
            title += " NAME"
        elif isinstance(label, dict):
            title += " " + " | ".join(label["variant"])
        out.extend([f"{'#' * depth} `{title}`", "", block["doc"], ""])
        if "primary" in block:
            out.extend([f"Short form: `{kind} NAME = VALUE` sets `{block['primary']}`.", ""])
        if block.get("local", "honoured") != "honoured":
            out.extend([f"Local engine: {block['local'].replace('_', ' ')}, {block['note']}.", ""])
        if block.get("fields"):
            out.extend(["| field | type | default | change | ECS | |", "|---|---|---|---|---|---|"])
        for name, field in block.get("fields", {}).items():
            default = "required" if field.get("required") else (f"`{field['default']}`" if "default" in field else "")
            if isinstance(field.get("default"), bool):
                default = f"`{str(field['default']).lower()}`"
            support = f" Local engine: {field['local'].replace('_', ' ')}, {field['note']}." if field.get("local", "honoured") != "honoured" else ""
            if "local_takes" in field:
                support = f" Local engine: takes {' and '.join(f'`{word}`' for word in field['local_takes'])}, {field['note']}."
            ecs = f"`{field['path']}`" if field["path"] else ""
            form = " (block)" if field.get("form") == "block" else ""
            types = field["type"].replace("|", "\\|")
            out.append(f"| `{name}`{form} | `{types}` | {default} | {UPDATE_WORDS[field.get('update', 'in_place')]} | {ecs} | {field['doc']}{support} |")
        out.append("")
        if block.get("planned"):
            out.extend(["Not carried out by this version (an error says so): " + ", ".join(f"`{word}`" for word in block["planned"]) + ".", ""])
        for child, child_block in block.get("blocks", {}).items():
            section(child, child_block, min(depth + 1, 5), path + [kind])

    def plain_table(rows):
        out.extend(["| field | type | default | |", "|---|---|---|---|"])
        for name, field in rows.items():
            default = "required" if field.get("required") else (f"`{field['default']}`" if "default" in field else "")
            types = field["type"].replace("|", "\\|")
            out.append(f"| `{name}` | `{types}` | {default} | {field['doc']} |")
        out.append("")

    section("stack", schema["stack"], 2, [])
    for kind, block in schema["kinds"].items():
        section(kind, block, 2, [])
    out.extend(["## Values that have parts", ""])
    for name, record in schema["types"].items():
        out.extend([f"### `{name}`", "", record["doc"], ""])
        plain_table(record["fields"])
    out.extend(["## `extern`", "", "What exists already and is only referred to. `extern_KIND(\"x\")` is one without a name of its own.", ""])
    for name, block in schema["extern_kinds"].items():
        primary = f" `extern_{name}(\"…\")` sets `{block['primary']}`." if "primary" in block else ""
        out.extend([f"### `extern {name} NAME`", "", block["doc"] + primary, ""])
        plain_table(block["fields"])
    out.extend(["## Later", "", "Top-level kinds that the language has and this version does not carry out: "
                + ", ".join(f"`{kind}`" for kind in schema["planned_kinds"]) + ".", ""])
    return "\n".join(out)


def json_type(parsed, field):
    kind = parsed["kind"]
    if kind == "boolean":
        return {"type": "boolean"}
    if kind == "integer":
        result = {"type": "integer"}
        if "minimum" in parsed:
            result["minimum"] = parsed["minimum"]
        if "maximum" in parsed:
            result["maximum"] = parsed["maximum"]
        return result
    if kind in ("size", "cpu", "duration", "percent"):
        suffix = {"size": "(B|KiB|MiB|GiB|TiB)", "cpu": "(vCPU|units)", "duration": None, "percent": "%"}[kind]
        pattern = r"^([0-9]+(ms|s|m|h|d))+$" if suffix is None else r"^[0-9]+(\.[0-9]+)? ?" + suffix + "$"
        return {"type": "string", "pattern": pattern}
    if kind == "literal":
        return {"enum": parsed["literals"]}
    if kind == "reference":
        return {"type": "object", "required": ["$ref"], "additionalProperties": False,
                "properties": {"$ref": {"type": "string", "pattern": "^" + parsed["target"] + r"\."}}}
    if kind == "list":
        return {"type": "array", "items": json_type(parsed["element"], {})}
    if kind == "health_command":
        return {"type": "array", "minItems": 2, "items": {"type": "string"}}
    if kind == "map":
        return {"type": "object", "additionalProperties": json_type(parsed["element"], {})}
    if kind == "field_path":
        return {"type": "array", "items": {"type": "string"}}
    if kind == "record":
        return {"$ref": "#/$defs/" + parsed["record"]}
    if kind in ("secret", "schedule"):
        return {"type": "object"}
    if kind == "target":
        return {"type": ["integer", "string"]}
    if kind in ("any", "selection"):
        return {}
    return {"type": "string"}


def json_block(block):
    properties, required = {}, []
    for name, field in block.get("fields", {}).items():
        properties[name] = {**json_type(parse_type(field["type"]), field), "description": field["doc"]}
        if field.get("required") or ("default" in field and not field.get("implied")):
            required.append(name)
    label = block.get("label", "none")
    if isinstance(label, dict):
        properties[label["field"]] = {"enum": label["variant"]}
        required.append(label["field"])
    for name, child in block.get("blocks", {}).items():
        if name in properties:
            continue  # a second way to write the field
        inner = json_block(child)
        properties[name] = {"type": "object", "additionalProperties": inner} if child.get("label") == "name" else inner
        if child.get("always") or child.get("minimum", 0) > 0:
            required.append(name)
    result = {"type": "object", "description": block["doc"], "properties": properties, "additionalProperties": False}
    if required:
        result["required"] = sorted(required)
    return result


def json_schema(schema):
    kinds = []
    for kind, block in schema["kinds"].items():
        body = json_block(block)
        body["required"] = sorted(set(body.get("required", [])) | {"name"})
        kinds.append({"type": "object", "required": ["address", "kind", "body", "hash"], "additionalProperties": False, "properties": {
            "address": {"type": "string", "pattern": "^" + kind + r"\."}, "kind": {"const": kind}, "body": body,
            "hash": {"type": "string", "pattern": "^[0-9a-f]{16}$", "description": "content hash, as in the tag berth:hash"},
            "doc": {"type": "string"}, "source": {"type": "string", "description": "file:line:column of the declaration"},
            "origins": {"type": "object", "description": "field path -> where its value was written, only with origins",
                        "additionalProperties": {"type": "string"}}}})
    page = {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "berth IR",
        "description": "What `berth compile --emit=ir` prints. Generated from ir/schema.yaml. Quantities are texts in the language's canonical spelling.",
        "type": "object", "required": ["format_version", "stack", "environment", "resources", "outputs"], "additionalProperties": False,
        "properties": {
            "format_version": {"const": "1.0"}, "stack": {"type": "string"}, "environment": {"type": "string"}, "region": {"type": "string"},
            "resources": {"type": "array", "description": "sorted by address", "items": {"oneOf": kinds}},
            "externs": {"type": "array", "description": "what exists already and is only referred to, sorted by address",
                        "items": {"type": "object", "required": ["address", "body"], "properties": {
                            "address": {"type": "string"}, "body": {"type": "object"}, "source": {"type": "string"}}}},
            "moved": {"type": "array", "items": {"type": "object", "required": ["from", "to"], "properties": {
                "from": {"type": "string"}, "to": {"type": "string"}}}},
            "removed": {"type": "object", "description": "address -> reason", "additionalProperties": {"type": "string"}},
            "account": {"type": "string"}, "protect": {"type": "boolean"},
            "outputs": {"type": "object", "additionalProperties": True}},
        "$defs": {name: json_block(record) for name, record in schema["types"].items()}}
    return json.dumps(page, indent=2) + "\n"


def check_docs(schema, docs):
    stale = 0
    for option, page, write in (("--kinds", "kinds.md", kinds_page), ("--json-schema", "ir.schema.json", json_schema)):
        path = f"{docs}/{page}"
        with open(path, encoding="utf-8") as file:
            if file.read() != write(schema):
                print(f"{path} is stale: run ir/generate_schema.py ir/schema.yaml {option} docs/{page}")
                stale = 1
    return stale


def main():
    schema_path, mode, target = sys.argv[1:4]
    schema = read_schema(schema_path)
    writers = {"--cpp": write_cpp, "--kinds": kinds_page, "--json-schema": json_schema}
    if mode == "--check":
        return check_docs(schema, target)
    with open(target, "w", encoding="utf-8") as file:
        file.write(writers[mode](schema))
    return 0


if __name__ == "__main__":
    sys.exit(main())
