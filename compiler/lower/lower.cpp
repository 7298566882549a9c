#include "compiler/lower/lower.h"

#include <algorithm>

#include "base/parallel.h"
#include "compiler/lower/derive.h"
#include "compiler/lower/validate.h"
#include "compiler/sema/drafts.h"
#include "ir/ecs_form.h"
#include "ir/schema.h"

namespace berth::lower {
namespace {

/// The tags of the stack below those of the resource.
void merge_tags(const ir::Value* of_stack, ir::Map& body) {
  if (of_stack == nullptr || of_stack->as_map() == nullptr || of_stack->as_map()->empty()) return;
  ir::Value* own = body.find("tags");
  if (own == nullptr) {
    body.set("tags", *of_stack);
    return;
  }
  for (const auto& [key, value] : *of_stack->as_map()) {
    if (own->as_map()->find(key) == nullptr) own->as_map()->set(key, value);
  }
}

ir::Resource lower_resource(sema::Declared declared, const ir::Value* stack_tags) {
  if (declared.body.find("name") == nullptr) {
    declared.body.set("name", ir::Value::string(sema::derived_name(declared.address.name), {.span = declared.header, .is_default = true}));
  }
  merge_tags(stack_tags, declared.body);
  return {.address = std::move(declared.address),
          .body = ir::Value::map(std::move(declared.body), {.span = declared.header}),
          .origin = declared.header,
          .doc = std::move(declared.doc)};
}

/// All of them, several at once. What is wrong with ports as they are written is reported in order.
std::vector<ir::Resource> lower_resources(std::vector<sema::Declared>& declared, const ir::Value* stack_tags, sema::Reporter& reporter) {
  std::vector<ir::Resource> resources(declared.size());
  const std::vector<Range> ranges = ranges_of(resources.size(), kLeastPerPart);
  std::vector<std::vector<const ir::Value*>> wrong(ranges.size());
  in_parts(ranges.size(), [&](std::size_t part) {
    DiagnosticSink found;
    sema::Reporter quiet(found);
    for (std::size_t i = ranges[part].begin; i < ranges[part].end; ++i) {
      resources[i] = lower_resource(std::move(declared[i]), stack_tags);
      const std::size_t errors = quiet.errors();
      if (resources[i].address.kind == "task") validate_host_ports(resources[i].body, quiet);
      if (quiet.errors() != errors) wrong[part].push_back(&resources[i].body);
    }
  });
  for (const auto& tasks : wrong) {
    for (const ir::Value* task : tasks) validate_host_ports(*task, reporter);
  }
  return resources;
}

/// Each by itself: several at once.
void canonicalize(std::vector<ir::Resource>& resources) {
  const std::vector<Range> ranges = ranges_of(resources.size(), kLeastPerPart);
  in_parts(ranges.size(), [&](std::size_t part) {
    for (std::size_t i = ranges[part].begin; i < ranges[part].end; ++i) {
      ir::canonicalize(*ir::schema::resource_kind(resources[i].address.kind), resources[i].body);
    }
  });
}

}  // namespace

ir::Program lower(sema::Module module, DiagnosticSink& sink, const SourceSet* sources) {
  ir::Program program;
  program.stack = std::move(module.stack);
  program.environment = std::move(module.environment);
  program.account = std::move(module.account);
  program.target = std::move(module.target);
  program.protect = module.protect;
  const ir::Value* region = module.settings.find("region");
  if (region != nullptr && region->as_string() != nullptr) program.region = *region->as_string();
  if (!module.region.empty()) program.region = std::move(module.region);
  const ir::Value* tags = module.settings.find("tags");
  // In order of address, each insertion at the end is cheap.
  std::sort(module.resources.begin(), module.resources.end(), [](const auto& a, const auto& b) { return a.address < b.address; });
  sema::Reporter reporter(sink);
  derive(module.resources, program.region, reporter);
  std::vector<ir::Resource> resources = lower_resources(module.resources, tags, reporter);
  canonicalize(resources);
  for (ir::Resource& resource : resources) {
    ir::Address address = resource.address;
    program.resources.emplace_hint(program.resources.end(), std::move(address), std::move(resource));
  }
  for (sema::Declared& declared : module.externs) {
    ir::Resource resource{.address = declared.address, .body = ir::Value::map(std::move(declared.body), {.span = declared.header}), .origin = declared.header, .doc = std::move(declared.doc)};
    program.externs.emplace(std::move(declared.address), std::move(resource));
  }
  program.outputs = std::move(module.outputs);
  program.reveals = std::move(module.reveals);
  program.files = std::move(module.files);
  program.moved = std::move(module.moved);
  program.removed = std::move(module.removed);
  program.chains = std::move(module.chains);
  validate(program, {.plain = std::move(module.plain), .floating = std::move(module.floating), .unchecked = std::move(module.unchecked)}, sink, sources);
  return program;
}

}  // namespace berth::lower
