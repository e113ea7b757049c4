# tidepool_version(TARGET): adds a source file that knows the version, the commit and the compiler. Git is
# asked at every build; the file is written, and thus compiled, only when the answer has changed.
function(tidepool_version target)
  find_package(Git QUIET)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/version.cpp)
  set(compiler "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
  add_custom_target(${target}_version
    COMMAND ${CMAKE_COMMAND} -D SOURCE_DIR=${CMAKE_SOURCE_DIR} -D GIT=${GIT_EXECUTABLE}
      -D VERSION=${PROJECT_VERSION} -D "COMPILER=${compiler}" -D BUILD_TYPE=${CMAKE_BUILD_TYPE}
      -D TEMPLATE=${CMAKE_SOURCE_DIR}/sim/cmake/version.cpp.in -D OUTPUT=${generated}
      -P ${CMAKE_SOURCE_DIR}/sim/cmake/write_version.cmake
    BYPRODUCTS ${generated} COMMENT "Looking up the version" VERBATIM)
  target_sources(${target} PRIVATE ${generated})
  add_dependencies(${target} ${target}_version)
endfunction()
