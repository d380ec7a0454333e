# sluice_folder(PATH DEPENDS folders... LINK libraries...)
#
# One library target per folder of src/. A folder sees its own headers and those of the folders it names in DEPENDS,
# and of no other: every folder has an include root of its own that holds nothing but a link to that folder. An #include
# that is not allowed does not compile.
#
# Sources are the folder's *.cpp; `*_test.cpp` become the folder's unit test program, `*_fuzz.cpp` its fuzz targets,
# `main.cpp` is left to the caller.
find_package(GTest)
if(SLUICE_FUZZ)
  add_custom_target(fuzzers)  # all fuzz targets, and of the folders only what they need
endif()

function(sluice_folder PATH)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  string(REPLACE "/" "_" NAME ${PATH})
  set(SOURCE_DIR ${PROJECT_SOURCE_DIR}/src/${PATH})
  set(INCLUDE_ROOT ${PROJECT_BINARY_DIR}/include/${NAME})
  cmake_path(GET PATH PARENT_PATH PARENT)
  file(MAKE_DIRECTORY ${INCLUDE_ROOT}/${PARENT})
  file(CREATE_LINK ${SOURCE_DIR} ${INCLUDE_ROOT}/${PATH} SYMBOLIC)

  file(GLOB SOURCES CONFIGURE_DEPENDS ${SOURCE_DIR}/*.cpp)
  file(GLOB TESTS CONFIGURE_DEPENDS ${SOURCE_DIR}/*_test.cpp)
  file(GLOB FUZZERS CONFIGURE_DEPENDS ${SOURCE_DIR}/*_fuzz.cpp)
  if(TESTS)
    list(REMOVE_ITEM SOURCES ${TESTS})
  endif()
  if(FUZZERS)
    list(REMOVE_ITEM SOURCES ${FUZZERS})
  endif()
  list(FILTER SOURCES EXCLUDE REGEX "/main\\.cpp$")

  if(SOURCES)
    add_library(${NAME} STATIC ${SOURCES})
    set(SCOPE PUBLIC)
  else()
    add_library(${NAME} INTERFACE)
    set(SCOPE INTERFACE)
  endif()
  target_include_directories(${NAME} ${SCOPE} ${INCLUDE_ROOT})
  foreach(DEPENDENCY ${ARG_DEPENDS})
    string(REPLACE "/" "_" DEPENDENCY ${DEPENDENCY})
    target_link_libraries(${NAME} ${SCOPE} ${DEPENDENCY})
  endforeach()
  target_link_libraries(${NAME} ${SCOPE} fmt::fmt ${ARG_LINK})

  if(TESTS AND GTest_FOUND AND NOT SLUICE_FUZZ)
    add_executable(${NAME}_test ${TESTS})
    target_link_libraries(${NAME}_test PRIVATE ${NAME} GTest::gtest_main)
    # Real files made by servers of others lie outside the repository's tree; tests that need them skip loudly without.
    target_compile_definitions(${NAME}_test PRIVATE SLUICE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    add_test(NAME unit.${NAME} COMMAND ${NAME}_test)
  endif()
  if(FUZZERS AND SLUICE_FUZZ)
    foreach(FUZZER ${FUZZERS})
      cmake_path(GET FUZZER STEM FUZZER_NAME)
      add_executable(${FUZZER_NAME} ${FUZZER})
      target_link_libraries(${FUZZER_NAME} PRIVATE ${NAME})
      target_link_options(${FUZZER_NAME} PRIVATE -fsanitize=fuzzer)
      add_dependencies(fuzzers ${FUZZER_NAME})
    endforeach()
  endif()
endfunction()
