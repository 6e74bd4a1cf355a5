# Programs of the tools' tests: a tool that edits unsafely, and libraries and programs with one fault each.
if(OXIDALLOC_HAS_TOOLS)
  add_executable(oxidalloc_unsafe_tool ${CMAKE_CURRENT_LIST_DIR}/src/unsafe_replace.cpp)
  target_include_directories(oxidalloc_unsafe_tool PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(oxidalloc_unsafe_tool PRIVATE oxidalloc_coverage oxidalloc_cli oxidalloc_warnings)
  target_link_options(oxidalloc_unsafe_tool PRIVATE -static)
  set_target_properties(oxidalloc_unsafe_tool PROPERTIES
    OUTPUT_NAME oxidalloc RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/unsafe)
endif()
add_executable(oxidalloc_kill_at ${CMAKE_CURRENT_LIST_DIR}/src/kill_at.c)
set_target_properties(oxidalloc_kill_at PROPERTIES
  OUTPUT_NAME kill_at RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
target_compile_definitions(oxidalloc_kill_at PRIVATE _GNU_SOURCE)
target_link_libraries(oxidalloc_kill_at PRIVATE oxidalloc_warnings)

foreach(fault CONSTRUCTOR MALLOC FORK THREAD SECURE HANGS WRITES OTHER)
  string(TOLOWER ${fault} name)
  add_library(oxidalloc_faulty_${name} MODULE ${CMAKE_CURRENT_LIST_DIR}/src/faulty.c)
  if(NOT fault MATCHES "HANGS|WRITES|OTHER")
    set(fault IN_${fault})
  endif()
  target_compile_definitions(oxidalloc_faulty_${name} PRIVATE ${fault})
  target_link_libraries(oxidalloc_faulty_${name} PRIVATE oxidalloc_warnings oxidalloc_honest_malloc)
  set_target_properties(oxidalloc_faulty_${name} PROPERTIES PREFIX ""
    OUTPUT_NAME liboxidalloc-${name} LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/faulty)
endforeach()

add_executable(oxidalloc_where ${CMAKE_CURRENT_LIST_DIR}/src/where.c)
add_executable(oxidalloc_own_malloc ${CMAKE_CURRENT_LIST_DIR}/src/own_malloc.c)
add_executable(oxidalloc_one_block ${CMAKE_CURRENT_LIST_DIR}/src/one_block.c)
set_target_properties(oxidalloc_own_malloc PROPERTIES ENABLE_EXPORTS ON)
foreach(name where own_malloc one_block)
  set_target_properties(oxidalloc_${name} PROPERTIES
    OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  target_compile_definitions(oxidalloc_${name} PRIVATE _GNU_SOURCE)
  target_link_libraries(oxidalloc_${name} PRIVATE oxidalloc_warnings oxidalloc_honest_malloc)
endforeach()

# The library without the policy: what its decision costs at start is the difference. All else is the library's very
# objects.
add_library(oxidalloc_without_policy SHARED ${CMAKE_CURRENT_LIST_DIR}/src/no_policy.cpp
  $<FILTER:$<TARGET_OBJECTS:oxidalloc>,EXCLUDE,/api/policy\\.cpp>)
foreach(property LINK_LIBRARIES LINK_OPTIONS)
  get_target_property(value oxidalloc ${property})
  set_target_properties(oxidalloc_without_policy PROPERTIES ${property} "${value}")
endforeach()
set_target_properties(oxidalloc_without_policy PROPERTIES
  OUTPUT_NAME oxidalloc-without-policy LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
