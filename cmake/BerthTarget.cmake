# One place for what every target of ours has: warnings, sanitizers, include root, precompiled headers.

add_library(berth_options INTERFACE)
target_include_directories(berth_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
target_compile_options(berth_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Wno-missing-field-initializers)  # designated initialisers name what differs from the default
if(BERTH_WERROR)
  target_compile_options(berth_options INTERFACE -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # g++ 12 is wrong about std::variant and std::string once they are inlined; the sanitizers look for the same mistakes.
    target_compile_options(berth_options INTERFACE -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-restrict)
  endif()
endif()
if(BERTH_SANITIZE)
  target_compile_options(berth_options INTERFACE -fsanitize=${BERTH_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(berth_options INTERFACE -fsanitize=${BERTH_SANITIZE})
  if(BERTH_SANITIZE MATCHES "undefined")
    # These three cost a third of the compile time; the address sanitizer and the hardware see most of what they would.
    target_compile_options(berth_options INTERFACE -fno-sanitize=vptr,null,alignment)
  endif()
  if(BERTH_SANITIZE MATCHES "thread")
    # The thread sanitizer does not know Asio's fences; what they guard is guarded by locks as well.
    target_compile_definitions(berth_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()
if(BERTH_FUZZ)
  target_compile_options(berth_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
target_link_libraries(berth_options INTERFACE fmt::fmt nlohmann_json::nlohmann_json Threads::Threads)

# A library that compiles the precompiled header once; the others reuse it.
function(berth_precompile target)
  if(TARGET berth_base AND NOT target STREQUAL "berth_base")
    target_precompile_headers(${target} REUSE_FROM berth_base)
  else()
    target_precompile_headers(${target} PRIVATE
      <algorithm> <chrono> <cstdint> <functional> <map> <memory> <optional> <set> <string> <string_view> <unordered_map> <variant> <vector>
      <fmt/format.h> <nlohmann/json.hpp>)
  endif()
endfunction()

# berth_library(NAME [LIBS lib...] [EXCLUDE regex]): every .cpp below this folder is one static library.
function(berth_library name)
  cmake_parse_arguments(ARG "" "EXCLUDE" "LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(ARG_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "${ARG_EXCLUDE}")
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC berth_options ${ARG_LIBS})
  berth_precompile(${name})
endfunction()

# berth_executable(NAME SOURCES... LIBS lib...)
function(berth_executable name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE berth_options ${ARG_LIBS})
  berth_precompile(${name})
endfunction()

# berth_generate(OUTPUTS f... COMMAND script args... DEPENDS f...): run one of our python generators at build time.
function(berth_generate)
  cmake_parse_arguments(ARG "" "" "OUTPUTS;COMMAND;DEPENDS" ${ARGN})
  add_custom_command(OUTPUT ${ARG_OUTPUTS} COMMAND ${Python3_EXECUTABLE} ${ARG_COMMAND} DEPENDS ${ARG_DEPENDS} VERBATIM
    COMMENT "Generating ${ARG_OUTPUTS}")
endfunction()
