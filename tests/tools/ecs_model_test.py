"""Every input member of the ECS service model has a place in the language: a field, `raw`, or a reason in ir/ecs_members.yaml."""
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "ir"))

import yaml  # noqa: E402

import generate_schema  # noqa: E402

try:
    import botocore.loaders
except ImportError:
    botocore = None

MEMBERS = ROOT / "ir" / "ecs_members.yaml"
# Which operations write which kind of block.
OPERATIONS = {
    "RegisterTaskDefinition": ["task"],
    "CreateService": ["service"],
    "UpdateService": ["service"],
    "CreateCluster": ["cluster"],
    "UpdateCluster": ["cluster"],
    "PutClusterCapacityProviders": ["cluster"],
    "CreateCapacityProvider": ["cluster.capacity.asg", "cluster.capacity.managed"],
    "UpdateCapacityProvider": ["cluster.capacity.asg", "cluster.capacity.managed"],
}
NETWORK = ["subnets[]", "securityGroups[]", "assignPublicIp"]


def leaves(model, shape_name, path="", on_path=()):
    """Paths of all members below a shape that hold no further members: `portMappings[].hostPort`."""
    shape = model["shapes"][shape_name]
    if shape_name in on_path:
        return
    if shape["type"] == "structure" and shape.get("members"):
        for name, member in shape["members"].items():
            yield from leaves(model, member["shape"], f"{path}.{name}" if path else name, (*on_path, shape_name))
    elif shape["type"] == "list":
        yield from leaves(model, shape["member"]["shape"], path + "[]", (*on_path, shape_name))
    else:
        yield path


class Mapped:
    """The members that a block's rows write: single ones, and whole objects (`raw`, maps)."""

    def __init__(self, schema):
        self.types = schema["types"]
        self.single = set()
        self.whole = set()

    @staticmethod
    def at(base, path):
        return ".".join(part for part in (base, path) if part)

    def field(self, field, base):
        if not field.get("path"):
            return
        path = self.at(base, field["path"])
        encoding = field.get("encoding", "plain")
        kind = generate_schema.parse_type(field["type"])
        if encoding in ("entries", "upper_entries", "secret_entries"):
            self.single |= {f"{path}[].{field['key']}", f"{path}[].{field['value']}"}
        elif encoding == "list_entry":
            self.single |= {f"{path}[].{field['key']}", f"{path}[].{field['value']}"}
        elif encoding == "file_entries":
            self.single |= {f"{path}[].{field['value']}", f"{path}[].type"}
        elif encoding in ("record", "records"):
            record = kind["record"] if encoding == "record" else kind["element"]["record"]
            for row in self.types[record]["fields"].values():
                self.field(row, path + ("[]" if encoding == "records" else ""))
        elif encoding == "network":
            # Instances have no address to choose, tasks have.
            self.single |= {f"{path}.{member}" for member in NETWORK[:None if path.endswith("awsvpcConfiguration") else 2]}
        elif encoding == "object":
            self.whole.add(path)
        elif encoding == "bounds":
            self.single |= {f"{path}.{field['key']}", f"{path}.{field['value']}"}
        else:
            self.single.add(path + ("[]" if kind["kind"] in ("list", "health_command") else ""))
        for member in field.get("with", {}):
            self.single.add(self.at(base, member))

    def block(self, block, base):
        label = block.get("label", "none")
        for field in block.get("fields", {}).values():
            self.field(field, base)
        if isinstance(label, dict):
            self.single.add(self.at(base, label["path"]))
        if "name_member" in block:
            self.single.add(self.at(base, block["name_member"]))
        if "off_field" in block:
            self.single.add(self.at(base, block["off_field"]))
        for member in block.get("raw", {}):
            self.whole.add(self.at(base, member))
        for child in block.get("blocks", {}).values():
            path = self.at(base, child.get("path", ""))
            if child.get("label") == "name":
                if not child.get("path"):
                    continue  # what it says is no part of the API object around it
                path += "[]"
            self.block(child, path)

    def has(self, member):
        # An option among options: `options.config-file-type` is a part of the map `options`.
        return member in self.single or any(member == whole or member.startswith((whole + ".", whole + "[")) for whole in self.whole)


@unittest.skipIf(botocore is None, "skipped: botocore is not installed")
class EcsModel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = botocore.loaders.Loader().load_service_model("ecs", "service-2")
        cls.schema = generate_schema.read_schema(ROOT / "ir" / "schema.yaml")
        cls.listed = yaml.safe_load(MEMBERS.read_text(encoding="utf-8"))
        cls.used = set()

    def mapped(self, kinds):
        result = Mapped(self.schema)
        for kind in kinds:
            first, *rest = kind.split(".")
            block = self.schema["kinds"][first]
            for name in rest:
                block = block["blocks"][name]
            result.block(block, "")
        return result

    def without_place(self, operation):
        members = self.mapped(OPERATIONS[operation])
        written = self.listed["elsewhere"].get("all", {}) | self.listed["elsewhere"].get(operation, {})
        missing = []
        for member in leaves(self.model, self.model["operations"][operation]["input"]["shape"]):
            listed = next((key for key in written if member == key or member.startswith((key + ".", key + "["))), None)
            if listed is not None:
                self.assertTrue(written[listed], f"{operation} {listed}: no reason")
                self.used.add(listed)
            elif not members.has(member):
                missing.append(member)
        return missing

    def test_every_input_member_has_a_place(self):
        for operation in OPERATIONS:
            with self.subTest(operation=operation):
                self.assertEqual(self.without_place(operation), [], "neither a field nor raw, and no reason in ir/ecs_members.yaml")
        rows = {key for group in self.listed["elsewhere"].values() for key in group}
        self.assertEqual(rows - self.used, set(), "listed in ir/ecs_members.yaml and in no operation")

    def test_every_mapped_member_is_in_the_model(self):
        """A path of the schema that the model does not have is either a mistake or newer than the model."""
        ahead = {row["member"] for row in self.listed["ahead_of_model"]}
        for row in self.listed["ahead_of_model"]:
            self.assertTrue(row.get("source"), f"{row['member']}: no source")
        unknown = set()
        known = {operation: set(leaves(self.model, self.model["operations"][operation]["input"]["shape"])) for operation in OPERATIONS}
        for kinds in {tuple(kinds) for kinds in OPERATIONS.values()}:
            of_kind = set().union(*(known[operation] for operation, its in OPERATIONS.items() if tuple(its) == kinds))
            objects = {member.replace("[]", "") for member in of_kind}
            for member in self.mapped(kinds).single:
                plain = member.replace("[]", "")
                is_option = any(plain.startswith(whole.replace("[]", "") + ".") for whole in objects)
                if plain not in objects and not is_option:
                    unknown.add(member)
        self.assertEqual(unknown - ahead, set(), "the ECS model does not have it: a wrong path, or newer (list it in ahead_of_model)")
        self.assertEqual(ahead - unknown, set(), "listed as newer than the model, which has it")


if __name__ == "__main__":
    unittest.main()
