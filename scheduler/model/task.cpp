#include "scheduler/model/task.h"

namespace berth::scheduler {

const Container* find_container(const Task& task, const std::string& name) {
  for (const Container& container : task.containers) {
    if (container.name == name) return &container;
  }
  return nullptr;
}

Container* find_container(Task& task, const std::string& name) {
  return const_cast<Container*>(find_container(static_cast<const Task&>(task), name));
}

}  // namespace berth::scheduler
