// Volumes of tasks, what mounts them, and the volumes of EBS that services make for their tasks.
#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/suggest.h"
#include "compiler/lower/look.h"
#include "compiler/lower/validate.h"

namespace berth::lower {
namespace {

constexpr std::int64_t kGibibyte = std::int64_t{1} << 30;

class VolumeRules {
 public:
  VolumeRules(const ir::Resource& task, sema::Reporter& reporter) : task_(task), reporter_(reporter), volumes_(entries_of(task.body, {"volume"})) {}

  void check() {
    const ir::Value* at_launch = nullptr;
    for (const auto& [name, volume] : volumes_) {
      const Span header = place_of(&volume, task_.origin);
      if (is_on(volume, {"at_launch"})) {
        launch(name, volume, at_launch, header);
        if (at_launch == nullptr) at_launch = &volume;
      }
      if (const ir::Value* docker = ir::at(volume, {"docker"})) check_docker(*docker, header);
      if (const ir::Value* efs = ir::at(volume, {"efs"})) check_efs(*efs, place_of(efs, header));
      if (const ir::Value* s3 = ir::at(volume, {"s3"})) check_s3(*s3, place_of(s3, header));
    }
    for (const auto& [name, container] : entries_of(task_.body, {"container"})) {
      mounts(name, container);
      from_others(name, container);
    }
  }

 private:
  void launch(std::string_view name, const ir::Value& volume, const ir::Value* first, Span header) {
    const Span place = place_of(ir::at(volume, {"at_launch"}), header);
    for (const std::string_view kind : {"host", "docker", "efs", "fsx", "s3"}) {
      const ir::Value* block = ir::at(volume, {kind});
      if (block == nullptr) continue;
      reporter_.report_each("E0333", place, fmt::format("the volume `{}` is of kind `{}` already", name, kind), "and comes with the service")
          .label(place_of(block, header), "what it is")
          .help("remove one of the two");
    }
    if (first == nullptr) return;
    reporter_.report_each("E0333", place, "a task takes one volume at launch", "a second one").label(place_of(first, task_.origin), "the first one").help("keep one of them");
  }

  void check_docker(const ir::Value& docker, Span header) {
    const ir::Value* provision = ir::at(docker, {"autoprovision"});
    if (!is_on(docker, {"autoprovision"}) || has_text(docker, {"scope"}, "shared")) return;
    reporter_.report_each("E0333", place_of(provision, header), "`autoprovision` needs a volume that is shared", "this one ends with the task")
        .note("a volume of a task is always made")
        .help("`scope = \"shared\"`, or remove it");
  }

  /// With an access point the folder is its own, and the connection is encrypted.
  void check_efs(const ir::Value& efs, Span header) {
    const ir::Value* point = ir::at(efs, {"access_point"});
    const ir::Value* root = ir::at(efs, {"root"});
    own_folder(point, root, header);
    const bool encrypted = is_on(efs, {"transit_encryption"});
    if (point != nullptr && !encrypted) encryption(place_of(point, header), "an access point of EFS");
    if (is_on(efs, {"iam"}) && !encrypted) encryption(place_of(ir::at(efs, {"iam"}), header), "`iam`");
    if (ir::at(efs, {"port"}) != nullptr && !encrypted) encryption(place_of(ir::at(efs, {"port"}), header), "`port`");
    if (is_on(efs, {"iam"}) && ir::at(task_.body, {"role"}) == nullptr) role(place_of(ir::at(efs, {"iam"}), header), "`iam` asks what the task's role may do");
  }

  void own_folder(const ir::Value* point, const ir::Value* root, Span header) {
    if (point == nullptr || root == nullptr || root->as_string() == nullptr || *root->as_string() == "/") return;
    reporter_.report_each("E0333", place_of(root, header), "an access point has its own folder", "another one")
        .label(place_of(point, header), "the access point")
        .help("remove `root`, or the access point");
  }

  void encryption(Span place, std::string_view what) {
    reporter_.report_each("E0333", place, fmt::format("{} needs an encrypted connection", what), "not without").help("`transit_encryption = true`");
  }

  void role(Span place, std::string_view why) {
    reporter_.report_each("E0337", place, "the task has no role", "it needs one").note(std::string(why)).help("`role = NAME` in the task, with `extern role NAME { … }`");
  }

  void check_s3(const ir::Value& s3, Span header) {
    own_folder(ir::at(s3, {"access_point"}), ir::at(s3, {"root"}), header);
    if (ir::at(task_.body, {"role"}) == nullptr) role(header, "a volume of S3 Files is read with the task's role");
  }

  void mounts(const std::string& container_name, const ir::Value& container) {
    std::map<std::string_view, Span> places;
    for (const auto& [name, mount] : entries_of(container, {"mount"})) {
      const Span header = place_of(&mount, task_.origin);
      if (volumes_.find(name) == nullptr) unknown(container_name, name, header);
      const std::string* path = text_of(mount, {"path"});
      if (path == nullptr) continue;
      const Span place = place_of(ir::at(mount, {"path"}), header);
      const auto [other, added] = places.emplace(*path, place);
      if (added) continue;
      reporter_.report_each("E0333", std::max(place, other->second), fmt::format("two mounts of `{}` are at `{}`", container_name, *path), "the same folder again")
          .label(std::min(place, other->second), "the other one")
          .help("give one of them another `path`");
    }
  }

  void from_others(const std::string& container_name, const ir::Value& container) {
    const ir::Map& containers = entries_of(task_.body, {"container"});
    for (const ir::Value& item : items_of(container, {"volumes_from"})) {
      const std::string* other = text_of(item, {"container"});
      if (other == nullptr || (*other != container_name && containers.find(*other) != nullptr)) continue;
      const Span place = place_of(ir::at(item, {"container"}), place_of(&item, place_of(&container, task_.origin)));
      if (*other == container_name) {
        reporter_.report_each("E0333", place, fmt::format("`{}` takes its own mounts", container_name), "it has them").help("remove it");
        continue;
      }
      std::vector<std::string> names;
      for (const auto& [name, body] : containers) names.push_back(name);
      Diagnostic& diagnostic = reporter_.report_each("E0333", place, fmt::format("`{}` takes the mounts of `{}`, and the task has no such container", container_name, *other), "no such container");
      if (const auto meant = suggest(*other, names)) diagnostic.help(fmt::format("did you mean `{}`?", *meant));
      else diagnostic.help(fmt::format("containers here: `{}`", fmt::join(names, "`, `")));
    }
  }

  void unknown(std::string_view container, const std::string& name, Span header) {
    Diagnostic& diagnostic = reporter_.report_each("E0333", header, fmt::format("`{}` mounts `{}`, and the task has no such volume", container, name), "no such volume");
    std::vector<std::string> names;
    for (const auto& [known, volume] : volumes_) names.push_back(known);
    if (const auto meant = suggest(name, names)) diagnostic.help(fmt::format("did you mean `{}`?", *meant));
    else diagnostic.help(fmt::format("add `volume {} {{ }}` to the task: an empty folder that lives as long as the task", name));
  }

  const ir::Resource& task_;
  sema::Reporter& reporter_;
  const ir::Map& volumes_;
};

/// What a kind of EBS volume can be; sizes in GiB.
struct Ebs {
  std::string_view kind;
  std::int64_t least;
  std::int64_t most;
  std::int64_t least_iops;  ///< 0: no `iops`
  std::int64_t most_iops;
  std::int64_t free_iops;      ///< that any size has
  std::int64_t iops_of_a_gib;  ///< that a size has at most beyond them
  bool needs_iops;
};

constexpr std::array<Ebs, 7> kEbs = {{{"gp2", 1, 16384, 0, 0, 0, 0, false},
                                      {"gp3", 1, 16384, 3000, 16000, 3000, 500, false},
                                      {"io1", 4, 16384, 100, 64000, 100, 50, true},
                                      {"io2", 4, 16384, 100, 256000, 100, 1000, true},
                                      {"st1", 125, 16384, 0, 0, 0, 0, false},
                                      {"sc1", 125, 16384, 0, 0, 0, 0, false},
                                      {"standard", 1, 1024, 0, 0, 0, 0, false}}};

/// Operations a second that go with a MiB a second of throughput.
constexpr std::int64_t kIopsOfThroughput = 4;
constexpr std::array<std::string_view, 2> kTagsOfEcs = {"AmazonECSCreated", "AmazonECSManaged"};

class EbsRules {
 public:
  EbsRules(const ir::Resource& service, bool on_fargate, sema::Reporter& reporter) : service_(service), on_fargate_(on_fargate), reporter_(reporter) {}

  void check(const std::string& name, const ir::Value& volume) {
    const Span header = place_of(&volume, service_.origin);
    const ir::Value* size = ir::at(volume, {"size"});
    if (size == nullptr && ir::at(volume, {"snapshot"}) == nullptr) {
      reporter_.report_each("E0334", header, fmt::format("the volume `{}` has no size", name), "neither `size` nor `snapshot`").help("as in `size = 10 GiB`");
    }
    const ir::Value* rate = ir::at(volume, {"initialization_rate"});
    if (rate != nullptr && ir::at(volume, {"snapshot"}) == nullptr) {
      reporter_.report_each("E0334", place_of(rate, header), "`initialization_rate` needs a snapshot", "nothing is read").help("add `snapshot`, or remove it");
    }
    if (ir::at(volume, {"key"}) != nullptr && !is_on(volume, {"encrypted"})) {
      reporter_.report_each("E0334", place_of(ir::at(volume, {"key"}), header), "a key needs a volume that is encrypted", "nothing is encrypted with it").help("`encrypted = true`");
    }
    tags(volume, header);
    const std::string* kind = text_of(volume, {"kind"});
    if (kind == nullptr) return;
    for (const Ebs& row : kEbs) {
      if (row.kind == *kind) of_kind(row, volume, header);
    }
  }

 private:
  void of_kind(const Ebs& row, const ir::Value& volume, Span header) {
    const ir::Value* size = ir::at(volume, {"size"});
    if (const auto bytes = number_of(volume, {"size"}); bytes && (*bytes < row.least * kGibibyte || *bytes > row.most * kGibibyte)) {
      refuse(place_of(size, header), volume, fmt::format("a volume of kind `{}` cannot have {}", row.kind, ir::spell(*size)), fmt::format("{} GiB to {} GiB", row.least, row.most));
    }
    const ir::Value* iops = ir::at(volume, {"iops"});
    if (iops == nullptr && row.needs_iops) refuse(header, volume, fmt::format("a volume of kind `{}` needs `iops`", row.kind), fmt::format("`iops = {}` to `iops = {}`", row.least_iops, row.most_iops));
    if (iops != nullptr && row.most_iops == 0) refuse(place_of(iops, header), volume, fmt::format("a volume of kind `{}` has no `iops`", row.kind), "remove it, or use \"gp3\"");
    if (const auto count = number_of(volume, {"iops"}); count && row.most_iops != 0 && (*count < row.least_iops || *count > row.most_iops)) {
      refuse(place_of(iops, header), volume, fmt::format("a volume of kind `{}` cannot have {} operations a second", row.kind, *count), fmt::format("{} to {}", row.least_iops, row.most_iops));
    }
    const ir::Value* throughput = ir::at(volume, {"throughput"});
    if (throughput != nullptr && row.kind != "gp3") refuse(place_of(throughput, header), volume, fmt::format("a volume of kind `{}` has no `throughput`", row.kind), "remove it, or use \"gp3\"");
    ratios(row, volume, header);
    if (on_fargate_ && row.kind == "standard") refuse(place_of(ir::at(volume, {"kind"}), header), volume, "Fargate has no volumes of kind `standard`", "`\"gp3\"`");
  }

  /// Operations need a size, and throughput needs operations. The size of a snapshot is not known here.
  void ratios(const Ebs& row, const ir::Value& volume, Span header) {
    const auto iops = number_of(volume, {"iops"});
    const auto bytes = number_of(volume, {"size"});
    if (iops && bytes && row.iops_of_a_gib != 0 && *iops > row.free_iops && *iops > *bytes / kGibibyte * row.iops_of_a_gib && *iops <= row.most_iops) {
      const std::int64_t least = (*iops + row.iops_of_a_gib - 1) / row.iops_of_a_gib;
      refuse(place_of(ir::at(volume, {"iops"}), header), volume, fmt::format("{} of kind `{}` cannot have {} operations a second", ir::spell(*ir::at(volume, {"size"})), row.kind, *iops),
             fmt::format("`size = {} GiB` or more, or at most `iops = {}`", least, std::max(row.free_iops, *bytes / kGibibyte * row.iops_of_a_gib)));
    }
    const auto throughput = number_of(volume, {"throughput"});
    const std::int64_t has = iops.value_or(row.free_iops);
    if (row.kind != "gp3" || !throughput || *throughput * kIopsOfThroughput <= has) return;
    refuse(place_of(ir::at(volume, {"throughput"}), header), volume, fmt::format("{} MiB a second need {} operations a second, and the volume has {}", *throughput, *throughput * kIopsOfThroughput, has),
           fmt::format("`iops = {}`, or at most `throughput = {}`", *throughput * kIopsOfThroughput, has / kIopsOfThroughput));
  }

  void tags(const ir::Value& volume, Span header) {
    for (const ir::Value& specification : items_of(volume, {"tags"})) {
      for (const auto& [key, value] : entries_of(specification, {"tags"})) {
        const bool of_ecs = std::find(kTagsOfEcs.begin(), kTagsOfEcs.end(), key) != kTagsOfEcs.end();
        if (!of_ecs && !key.starts_with("aws:")) continue;
        reporter_.report_each("E0323", place_of(&value, place_of(&specification, header)), fmt::format("the tag `{}` of a volume cannot be set", key), of_ecs ? "ECS sets it" : "the prefix belongs to AWS").help("use another key");
      }
    }
  }

  void refuse(Span place, const ir::Value& volume, std::string message, std::string help) {
    Diagnostic& diagnostic = reporter_.report_each("E0334", place, std::move(message), "not with this kind");
    const ir::Value* kind = ir::at(volume, {"kind"});
    if (kind != nullptr && !kind->origin().is_default && place_of(kind, place) != place) diagnostic.label(place_of(kind, place), "the kind");
    diagnostic.help(std::move(help));
  }

  const ir::Resource& service_;
  bool on_fargate_;
  sema::Reporter& reporter_;
};

}  // namespace

void validate_volumes(const ir::Resource& task, sema::Reporter& reporter) { VolumeRules(task, reporter).check(); }

void validate_launch_volumes(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter) {
  const ir::Resource* task = referred(program, service.body, "task");
  const ir::Map& given = entries_of(service.body, {"volume"});
  EbsRules rules(service, puts_on_fargate(program, service).has_value(), reporter);
  for (const auto& [name, volume] : given) rules.check(name, volume);
  if (!given.empty() && is_on(service.body, {"daemon"})) {
    reporter.report_each("E0333", place_of(&given.begin()->second, service.origin), "a daemon makes no volumes for its tasks", "this volume")
        .label(place_of(ir::at(service.body, {"daemon"}), service.origin), "a daemon")
        .help("use a folder of the instance: `volume NAME { host { path = \"…\" } }` in the task");
  }
  if (task == nullptr) return;
  const ir::Map& volumes = entries_of(task->body, {"volume"});
  for (const auto& [name, volume] : given) {
    const ir::Value* declared = volumes.find(name);
    if (declared != nullptr && is_on(*declared, {"at_launch"})) continue;
    Diagnostic& diagnostic = reporter.report_each("E0333", place_of(&volume, service.origin), fmt::format("the task waits for no volume `{}`", name), "made for nobody");
    if (declared != nullptr) diagnostic.label(place_of(declared, task->origin), "it is something else already");
    diagnostic.help(fmt::format("`volume {} {{ at_launch = true }}` in the task", name));
  }
  for (const auto& [name, volume] : volumes) {
    if (!is_on(volume, {"at_launch"}) || given.find(name) != nullptr) continue;
    reporter.report_each("E0333", place_of(ir::at(volume, {"at_launch"}), task->origin), fmt::format("nobody says what the volume `{}` is", name), "it comes with the service")
        .label(service.origin, "which has no such volume")
        .help(fmt::format("`volume {} {{ role = …, size = 10 GiB }}` in `{}`", name, service.address.text()));
  }
}

}  // namespace berth::lower
