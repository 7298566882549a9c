// libs: berth_compiler

#include <catch2/catch.hpp>

#include "base/diagnostic_render.h"
#include "compiler/export/export.h"
#include "compiler/import/canonical.h"
#include "compiler/import/import.h"
#include "compiler/import/write.h"
#include "compiler/loader.h"
#include "compiler/lower/lower.h"
#include "compiler/sema/analyze.h"
#include "ir/ecs_form.h"
#include "ir/externs.h"
#include "tests/support/compile_case.h"
#include "tests/support/random_body.h"

// Import and export lose nothing, whatever bodies the schema allows: clusters with their capacity, task definitions and services.

using namespace berth;

namespace {

const ir::Address kCluster{"cluster", "main"};
const ir::Address kTask{"task", "web"};
const ir::Address kService{"service", "web"};

/// A text that an extern of this kind may stand for.
std::string identity(const ir::schema::Block& kind, const std::string& name) {
  if (kind.kind == "object") return "s3://bucket/" + name;
  return kind.stands_for == "arn" ? "arn:aws:x:::" + name : name;
}

/// Makes what a value refers to exist: the resources of the program, and externs for all else.
void make_references(ir::Value& value, ir::Program& program) {
  if (ir::List* list = value.as_list()) {
    for (ir::Value& item : *list) make_references(item, program);
  } else if (ir::Map* map = value.as_map()) {
    // A version is named beside a key of the secret.
    if (map->find("secret") != nullptr && map->find("key") == nullptr) {
      map->erase("version_stage");
      map->erase("version_id");
    }
    for (auto& [key, item] : *map) make_references(item, program);
  } else if (const ir::Reference* reference = value.as_reference()) {
    const std::string of = reference->target.kind;
    if (of == "cluster" || of == "task") {
      value = ir::Value::reference(of == "cluster" ? kCluster : kTask);
      return;
    }
    const ir::Address address{of, of + "_" + reference->target.name};
    const ir::schema::Block& kind = *ir::schema::extern_kind(of);
    ir::Map body;
    if (of == "network") {
      body.set("subnets", ir::Value::list({ir::Value::string(address.name)}));
      body.set("public_ip", ir::Value::boolean(false));
    } else {
      body.set(of == "object" ? "uri" : std::string(kind.stands_for), ir::Value::string(identity(kind, address.name)));
    }
    program.externs.emplace(address, ir::Resource{.address = address, .body = ir::Value::map(body), .origin = {}, .doc = ""});
    value = ir::Value::reference(address);
  }
}

/// Takes out what a random body has that no source can say: names of things that do not exist, lists that are too long, texts without their form.
void make_writable(std::span<const ir::schema::Field> fields, std::span<const ir::schema::Block> blocks, ir::Map& body) {
  for (const ir::schema::Field& field : fields) {
    const bool named = !field.local_ref.empty() || !field.keys_name.empty();
    const ir::Value* list = body.find(field.name);
    const bool too_long = list != nullptr && list->as_list() != nullptr && field.type.maximum && static_cast<std::int64_t>(list->as_list()->size()) > *field.type.maximum;
    if (named || too_long || (!field.type.pattern.empty() && field.name != "name")) body.erase(field.name);
  }
  for (const ir::schema::Block& inner : blocks) {
    if (inner.kind == "proxy" || inner.kind == "ulimit" || inner.kind == "lifecycle") body.erase(inner.kind);
    ir::Value* value = body.find(inner.kind);
    if (value == nullptr || value->as_map() == nullptr) continue;
    if (inner.label != ir::schema::LabelKind::name) {
      make_writable(inner.fields, inner.blocks, *value->as_map());
      continue;
    }
    for (auto& [label, entry] : *value->as_map()) make_writable(inner.fields, inner.blocks, *entry.as_map());
  }
}

/// Says what a service takes over from its cluster and its task where it says nothing: its capacity, and where an exposed port is.
void complete(ir::Map& service, ir::Program& program) {
  if (service.find("capacity") == nullptr) {
    ir::Map share;
    share.set("provider", ir::Value::reference({"capacity", "r0"}));
    ir::Value shares = ir::Value::list({ir::Value::map(std::move(share))});
    make_references(shares, program);
    service.set("capacity", std::move(shares));
  }
  ir::Value* exposed = service.find("expose");
  if (exposed == nullptr) return;
  for (auto& [label, entry] : *exposed->as_map()) entry.as_map()->set("container", ir::Value::string("a"));
}

/// A task of Windows that says no network mode has no text where it is on Fargate: it gets the one that there is.
void give_network_mode(ir::Map& task) {
  const ir::Value* os = task.find("os");
  if (os != nullptr && os->as_string()->starts_with("windows")) task.set("network_mode", ir::Value::string("awsvpc"));
}

/// A cluster, a task and the service that runs it.
ir::Program random_program(test::RandomBody& random, bool only_sent) {
  ir::Program program;
  program.stack = "random";
  for (const ir::Address& address : {kCluster, kTask, kService}) {
    const ir::schema::Block& kind = *ir::schema::resource_kind(address.kind);
    ir::Value body = random.block(kind, 30, only_sent);
    make_writable(kind.fields, kind.blocks, *body.as_map());
    make_references(body, program);
    if (address == kService) complete(*body.as_map(), program);
    if (address == kTask) give_network_mode(*body.as_map());
    ir::canonicalize(kind, body);
    program.resources.emplace(address, ir::Resource{.address = address, .body = std::move(body), .origin = {}, .doc = ""});
  }
  return program;
}

struct Read {
  ir::Program program;
  std::string said;    ///< the source, and what the compiler says of it
  bool right = true;   ///< whether only rules of ECS are broken, as random settings do
};

Read read_back(const std::vector<importing::WrittenFile>& written) {
  Read read;
  MemoryFileSystem files;
  for (const importing::WrittenFile& file : written) {
    files.write(file.name, file.text);
    read.said += file.text;
  }
  auto sources = std::make_shared<SourceSet>();
  DiagnosticSink sink;
  LoadedStack loaded = load(".", files, *sources, sink);
  sema::Analysis analysis(loaded, files, *sources, sink);
  read.program = lower::lower(analysis.run({}), sink);
  read.said += render_all(sink.sorted(), *sources);
  for (const Diagnostic& diagnostic : sink.sorted()) read.right = read.right && (diagnostic.severity != Severity::error || diagnostic.code.starts_with("E03"));
  return read;
}

}  // namespace

TEST_CASE("compile(write(program)) is the program") {
  test::RandomBody random(4);
  for (int i = 0; i < 150; ++i) {
    importing::Draft draft;
    draft.program = random_program(random, false);
    const Read back = read_back(importing::write(draft));
    INFO(back.said);
    CHECK(back.right);
    for (const auto& [address, resource] : draft.program.resources) {
      INFO(address.text());
      REQUIRE(back.program.resources.contains(address));
      CHECK(ir::spell(back.program.resources.at(address).body) == ir::spell(resource.body));
      CHECK(back.program.resources.at(address).body == resource.body);
    }
  }
}

namespace {

/// The requests of a program by operation; what a cluster takes from its capacity providers is a part of the cluster, as it is described.
std::map<std::string, Json> requests(const ir::Program& program) {
  std::map<std::string, Json> found;
  for (const exporting::File& file : exporting::to_taskdef(program, {.reveal = true}).files) {
    const std::string operation = file.name.substr(2, file.name.find('.') - 2);
    Json json = Json::parse(file.text);
    if (operation == "create-capacity-provider") continue;
    if (operation == "put-cluster-capacity-providers") {
      for (const char* member : {"capacityProviders", "defaultCapacityProviderStrategy"}) found["create-cluster"][member] = json[member];
    } else {
      found[operation].update(json);
    }
  }
  return found;
}

/// What import reads of a cluster, which has no canonical form of its own: lists in any order, and Fargate's part of the capacity.
Json comparable_cluster(Json cluster) {
  for (const char* member : {"capacityProviders", "defaultCapacityProviderStrategy", "settings", "tags"}) {
    if (!cluster.contains(member)) continue;
    std::sort(cluster[member].begin(), cluster[member].end());
    if (cluster[member].empty()) cluster.erase(member);
  }
  return cluster;
}

}  // namespace

TEST_CASE("canonical(export(compile(import(x)))) is canonical(x)") {
  test::RandomBody random(11);
  for (int i = 0; i < 150; ++i) {
    ir::Program program = random_program(random, true);
    // Only Fargate is a part of what is said of a cluster itself.
    if (ir::Value* capacity = program.resources.at(kCluster).body.as_map()->find("capacity")) {
      for (const char* own : {"asg", "managed"}) capacity->as_map()->erase(own);
    }
    std::map<std::string, Json> before = requests(program);
    const Json document = {{"clusters", {before["create-cluster"]}}, {"services", {before["create-service"]}}, {"taskDefinitions", {before["register-task-definition"]}}};
    INFO(document.dump(1));
    SourceSet sources;
    DiagnosticSink sink;
    const auto imported = importing::import_files({{"live.json", document.dump(1)}}, {}, sources, sink);
    INFO(render_all(sink.sorted(), sources));
    REQUIRE(imported);
    CHECK(importing::report_text(imported->report) == "");
    const Read back = read_back(imported->files);
    INFO(back.said);
    CHECK(back.right);
    std::map<std::string, Json> after = requests(back.program);
    CHECK(Json::diff(importing::canonical_task_definition(before["register-task-definition"]), importing::canonical_task_definition(after["register-task-definition"])).dump() == "[]");
    CHECK(Json::diff(importing::canonical_service(before["create-service"]), importing::canonical_service(after["create-service"])).dump() == "[]");
    CHECK(Json::diff(comparable_cluster(before["create-cluster"]), comparable_cluster(after["create-cluster"])).dump() == "[]");
  }
}
