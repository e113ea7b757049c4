# Language, warnings, floating point and sanitizers, the same for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)

option(TIDEPOOL_WERROR "Treat warnings as errors" ON)
set(TIDEPOOL_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")

add_library(tp_options INTERFACE)
target_include_directories(tp_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(tp_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wshadow;-Wconversion;-ffp-contract=off>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${TIDEPOOL_WERROR}>>:-Werror>
  $<$<COMPILE_LANGUAGE:CUDA>:-fmad=false>)
if(TIDEPOOL_SANITIZE)
  target_compile_options(tp_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${TIDEPOOL_SANITIZE};-fno-omit-frame-pointer;-fno-sanitize-recover=all>)
  target_link_options(tp_options INTERFACE -fsanitize=${TIDEPOOL_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
