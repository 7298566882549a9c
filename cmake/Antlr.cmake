# Runs the ANTLR tool at build time and compiles what it makes as a quiet target of its own.

find_program(ANTLR4_TOOL antlr4 REQUIRED)
find_path(ANTLR4_INCLUDE_DIR antlr4-runtime.h PATH_SUFFIXES antlr4-runtime REQUIRED)
find_library(ANTLR4_LIBRARY antlr4-runtime REQUIRED)

# berth_antlr_library(NAME LEXER Foo.g4 PARSER Bar.g4 SOURCES f.cpp...): the generated headers are `<folder>/Foo.h`.
function(berth_antlr_library name)
  cmake_parse_arguments(ARG "" "LEXER;PARSER" "SOURCES" ${ARGN})
  get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  get_filename_component(lexer ${ARG_LEXER} NAME_WE)
  get_filename_component(parser ${ARG_PARSER} NAME_WE)
  set(root ${CMAKE_CURRENT_BINARY_DIR}/antlr)
  set(out ${root}/${folder})
  file(MAKE_DIRECTORY ${out})
  set(flags -Dlanguage=Cpp -no-listener -no-visitor -Werror -o ${out})

  add_custom_command(OUTPUT ${out}/${lexer}.cpp ${out}/${lexer}.h ${out}/${lexer}.tokens
    COMMAND ${ANTLR4_TOOL} ${flags} ${ARG_LEXER}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} DEPENDS ${ARG_LEXER} VERBATIM COMMENT "Generating ${lexer}")
  add_custom_command(OUTPUT ${out}/${parser}.cpp ${out}/${parser}.h
    COMMAND ${ANTLR4_TOOL} ${flags} -lib ${out} ${ARG_PARSER}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} DEPENDS ${ARG_PARSER} ${out}/${lexer}.tokens VERBATIM COMMENT "Generating ${parser}")

  add_library(${name} STATIC ${out}/${lexer}.cpp ${out}/${parser}.cpp ${ARG_SOURCES})
  # -w: generated code is not ours to keep clean. -fno-char8_t: ANTLR 4.7 writes u8"" literals that its C++17 runtime takes as char.
  target_compile_options(${name} PRIVATE -w -fno-char8_t)
  # SYSTEM: neither the runtime's headers nor the generated ones may warn in our files.
  target_include_directories(${name} SYSTEM PUBLIC ${ANTLR4_INCLUDE_DIR} ${root})
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # clang refuses one class of the runtime's headers, a reader that we do not use: its umbrella header without that line.
    file(STRINGS ${ANTLR4_INCLUDE_DIR}/antlr4-runtime.h umbrella)
    list(FILTER umbrella EXCLUDE REGEX "InterpreterDataReader")
    list(JOIN umbrella "\n" umbrella)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/runtime/antlr4-runtime.h "${umbrella}\n")
    target_include_directories(${name} SYSTEM BEFORE PUBLIC ${CMAKE_CURRENT_BINARY_DIR}/runtime)
  endif()
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ANTLR4_LIBRARY} Threads::Threads)
endfunction()
