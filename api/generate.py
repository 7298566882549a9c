#!/usr/bin/env python3
"""Turns model.yaml into C++: structs, codecs, request checks and the table of operations.

Usage: generate.py MODEL OUTPUT_DIRECTORY

Every member becomes a std::optional (absent and empty differ on the wire). A shape below one of `open` also has `other_members`, a JSON
object with the members the model does not know.
"""
import os
import re
import sys

import yaml

SCALARS = {
    "string": "std::string",
    "integer": "std::int64_t",
    "long": "std::int64_t",
    "double": "double",
    "boolean": "bool",
    "timestamp": "Timestamp",
    "json": "Json",
}
KEYWORDS = {"namespace", "operator", "default", "register", "class", "template"}
PARTS = 3
BANNER = "// Generated from api/model.yaml by api/generate.py; do not edit.\n"


class Member:
    def __init__(self, wire, text, model):
        words = text.split()
        self.wire = wire
        self.type = words[0]
        self.required = "required" in words[1:]
        self.low = self.high = self.chars = None
        for word in words[1:]:
            bounds = re.fullmatch(r"(-?\d+)\.\.(-?\d+)?", word)
            if bounds:
                self.low, self.high = bounds.group(1), bounds.group(2)
            elif word.startswith("chars:"):
                self.chars = word[len("chars:"):]
            elif word != "required":
                sys.exit(f"{wire}: unknown flag {word!r}")
        self.field = snake(wire)
        self.base = re.sub(r"^(list|map)<(.*)>$", r"\2", self.type)
        if self.base not in SCALARS and self.base not in model["enums"] and self.base not in model["shapes"]:
            sys.exit(f"{wire}: unknown type {self.base!r}")

    def container(self):
        match = re.match(r"^(list|map)<", self.type)
        return match.group(1) if match else None


def snake(name):
    name = name.replace("GiB", "Gib").replace("IPv4", "Ipv4")
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
    return name + "_" if name in KEYWORDS else name


def cpp_type(member, model):
    inner = SCALARS.get(member.base) or ("std::string" if member.base in model["enums"] else member.base)
    kind = member.container()
    if kind == "list":
        return f"std::vector<{inner}>"
    if kind == "map":
        return f"std::map<std::string, {inner}>"
    return inner


def load(path):
    with open(path, encoding="utf-8") as file:
        model = yaml.safe_load(file)
    shapes = {}
    for name, members in model["shapes"].items():
        shapes[name] = [Member(wire, text, model) for wire, text in members.items() if text is not None]
    return model, shapes


def below(roots, shapes):
    found = set()
    todo = list(roots)
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        todo.extend(member.base for member in shapes[name] if member.base in shapes)
    return found


def ordered(shapes):
    """Members' shapes before the shapes that hold them."""
    done = []

    def visit(name):
        if name in done:
            return
        for member in shapes[name]:
            if member.base in shapes:
                visit(member.base)
        done.append(name)

    for name in shapes:
        visit(name)
    return done


def structs(model, shapes, open_shapes):
    out = [BANNER, "#pragma once\n\n#include <cstdint>\n#include <map>\n#include <optional>\n#include <string>\n#include <vector>\n\n",
           '#include "base/clock.h"\n#include "base/json.h"\n\nnamespace berth::api {\n']
    for name in ordered(shapes):
        out.append(f"\nstruct {name} {{\n")
        for member in shapes[name]:
            out.append(f"  std::optional<{cpp_type(member, model)}> {member.field}{{}};\n")
        if name in open_shapes:
            out.append("  /// Members of the input that the model does not know; null when there are none.\n  Json other_members{};\n")
        out.append(f"  bool operator==(const {name}&) const = default;\n}};\n")
    out.append("\n}  // namespace berth::api\n")
    return "".join(out)


def wire_header(shapes):
    out = [BANNER, '#pragma once\n\n#include "api/shapes.h"\n#include "api/wire.h"\n\nnamespace berth::api::wire {\n\n']
    for name in ordered(shapes):
        out.append(f"bool read(const Json& json, {name}& out, const Path& path, Error& error);\n"
                   f"void write(Json& json, const {name}& value);\n"
                   f"bool check(const {name}& value, const Path& path, std::string& violation);\n")
    out.append("\n}  // namespace berth::api::wire\n")
    return "".join(out)


def checks_of(member, model, shapes):
    """Lines that check one member of `value`."""
    lines = []
    field = f"value.{member.field}"
    quoted = f'"{member.wire}"'
    if member.required:
        lines.append(f"present({field}, path, {quoted}, violation)")
    if member.low is not None:
        high = f"{member.high}" if member.high is not None else "kNoLimit"
        kind = member.container()
        function = "count_within" if kind else ("length_within" if member.base == "string" else "within")
        lines.append(f"{function}({field}, {member.low}, {high}, path, {quoted}, violation)")
    if member.chars:
        escaped = member.chars.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'only_chars({field}, "{escaped}", path, {quoted}, violation)')
    if member.base in model["enums"]:
        values = ", ".join(f'"{value}"' for value in model["enums"][member.base])
        lines.append(f"one_of({field}, {{{values}}}, path, {quoted}, violation)")
    if member.base in shapes:
        lines.append(f"below({field}, path, {quoted}, violation)")
    return lines


def codec(names, model, shapes, open_shapes):
    out = [BANNER, '#include "api/shapes_wire.h"\n\n#include "api/wire_templates.h"\n\nnamespace berth::api::wire {\n']
    for name in names:
        members = shapes[name]
        terms = ["is_object(json, path, error)"]
        terms += [f'member(json, "{m.wire}", out.{m.field}, path, error' + (", kInteger)" if m.base == "integer" else ")") for m in members]
        unused = "" if members else "[[maybe_unused]] "
        out.append(f"\nbool read(const Json& json, {unused}{name}& out, const Path& path, Error& error) {{\n")
        if name in open_shapes:
            known = ", ".join(f'"{m.wire}"' for m in members)
            out.append(f"  static const std::set<std::string, std::less<>> kKnown{{{known}}};\n")
            terms.append("keep_others(json, kKnown, out.other_members)")
        out.append("  return " + " &&\n         ".join(terms) + ";\n}\n")
        out.append(f"void write(Json& json, {unused}const {name}& value) {{\n  json = Json::object();\n")
        if name in open_shapes:
            out.append("  if (value.other_members.is_object()) json = value.other_members;\n")
        for m in members:
            out.append(f'  put(json, "{m.wire}", value.{m.field});\n')
        out.append("}\n")
        checks = [line for m in members for line in checks_of(m, model, shapes)]
        if checks:
            out.append(f"bool check(const {name}& value, const Path& path, std::string& violation) {{\n"
                       "  return " + " &&\n         ".join(checks) + ";\n}\n")
        else:
            out.append(f"bool check(const {name}&, const Path&, std::string&) {{ return true; }}\n")
    out.append("\n}  // namespace berth::api::wire\n")
    return "".join(out)


def codec_header(shapes):
    out = [BANNER, '#pragma once\n\n#include "api/shapes.h"\n#include "base/result.h"\n\nnamespace berth::api {\n\n',
           "/// Reads a shape. A value of the wrong JSON type is an Error \"SerializationException\" whose message begins with its path;\n",
           "/// unknown members are ignored (kept in `other_members` of open shapes); null is absent.\ntemplate <class T>\nResult<T> decode(const Json& json);\n"]
    for name in ordered(shapes):
        out.append(f"template <>\nResult<{name}> decode<{name}>(const Json& json);\n")
    out.append("\n/// Absent members are left out.\n")
    for name in ordered(shapes):
        out.append(f"Json encode(const {name}& value);\n")
    out.append("\n/// The first broken rule of the model (required, range, length, characters, enum), as a sentence with the member's path.\n")
    for name in ordered(shapes):
        if name.endswith("Request") or name == "TaskOverride":
            out.append(f"std::optional<std::string> violation(const {name}& request);\n")
    out.append("\n}  // namespace berth::api\n")
    return "".join(out)


def codec_door(names):
    out = [BANNER, '#include "api/codec.h"\n\n#include "api/shapes_wire.h"\n\nnamespace berth::api {\n']
    for name in names:
        out.append(f"\ntemplate <>\nResult<{name}> decode<{name}>(const Json& json) {{\n  {name} out;\n  Error error;\n"
                   "  if (!wire::read(json, out, wire::Path{}, error)) return error;\n  return out;\n}\n"
                   f"Json encode(const {name}& value) {{\n  Json json;\n  wire::write(json, value);\n  return json;\n}}\n")
        if name.endswith("Request") or name == "TaskOverride":
            out.append(f"std::optional<std::string> violation(const {name}& request) {{\n  std::string text;\n"
                       "  if (wire::check(request, wire::Path{}, text)) return std::nullopt;\n  return text;\n}\n")
    out.append("\n}  // namespace berth::api\n")
    return "".join(out)


def operations(model):
    header = [BANNER, "#pragma once\n\n#include <string_view>\n#include <vector>\n\n#include \"api/shapes.h\"\n\nnamespace berth::api {\n\n",
              "/// A row of the table of operations.\nstruct OperationInfo {\n"
              "  std::string_view prefix;  ///< first half of X-Amz-Target\n  std::string_view name;\n"
              "  bool implemented = false;  ///< by berth's engine; the others are known to the model only\n};\n\n"
              "const std::vector<OperationInfo>& operations();\n"
              "/// The row for a whole X-Amz-Target (\"AmazonEC2ContainerServiceV20141113.CreateCluster\"), or null.\n"
              "const OperationInfo* find_operation(std::string_view target);\n\n"
              "/// One type per implemented operation, for typed calls: its shapes and its X-Amz-Target.\nnamespace op {\n\n"]
    source = [BANNER, '#include "api/operations.h"\n\nnamespace berth::api {\n\nconst std::vector<OperationInfo>& operations() {\n'
              "  static const std::vector<OperationInfo> kOperations{\n"]
    for group in model["operations"]:
        for name in group["implemented"]:
            header.append(f"struct {name} {{\n  using Request = {name}Request;\n  using Response = {name}Response;\n"
                          f'  static constexpr std::string_view kName = "{name}";\n'
                          f'  static constexpr std::string_view kTarget = "{group["prefix"]}.{name}";\n}};\n')
            source.append(f'      {{"{group["prefix"]}", "{name}", true}},\n')
        for name in group["known"]:
            source.append(f'      {{"{group["prefix"]}", "{name}", false}},\n')
    header.append("\n}  // namespace op\n}  // namespace berth::api\n")
    source.append("  };\n  return kOperations;\n}\n\nconst OperationInfo* find_operation(std::string_view target) {\n"
                  "  for (const OperationInfo& row : operations()) {\n"
                  "    if (target.size() == row.prefix.size() + 1 + row.name.size() && target.substr(0, row.prefix.size()) == row.prefix &&\n"
                  "        target[row.prefix.size()] == '.' && target.substr(row.prefix.size() + 1) == row.name) {\n"
                  "      return &row;\n    }\n  }\n  return nullptr;\n}\n\n}  // namespace berth::api\n")
    return "".join(header), "".join(source)


def write_if_changed(path, text):
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                os.utime(path)
                return
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    model, shapes = load(sys.argv[1])
    directory = sys.argv[2]
    os.makedirs(directory, exist_ok=True)
    open_shapes = below(model["open"], shapes) - set(model["closed"])
    operations_header, operations_source = operations(model)
    names = ordered(shapes)
    files = {
        "shapes.h": structs(model, shapes, open_shapes),
        "shapes_wire.h": wire_header(shapes),
        "codec.h": codec_header(shapes),
        "codec.cpp": codec_door(names),
        "operations.h": operations_header,
        "operations.cpp": operations_source,
    }
    for part in range(PARTS):
        files[f"shapes_wire_{part}.cpp"] = codec(names[part::PARTS], model, shapes, open_shapes)
    for name, text in files.items():
        write_if_changed(os.path.join(directory, name), text)


main()
