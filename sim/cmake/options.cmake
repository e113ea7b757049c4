# Language, warnings, floating point and sanitizers, the same for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)

option(TIDEPOOL_WERROR "Treat warnings as errors" ON)
set(TIDEPOOL_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")

set(warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
set(cuda_warnings -Wall -Wextra -Wshadow)  # nvcc's own code is not -Wpedantic or -Wconversion clean
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  list(APPEND warnings -Wno-sign-conversion)  # as with GCC, where -Wconversion leaves it out
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND warnings -Wno-restrict)  # false for "text" + std::string when optimising, GCC bug 105651
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND TIDEPOOL_SANITIZE)
  list(APPEND warnings -Wno-maybe-uninitialized)  # false in instrumented code, as GCC's manual says of sanitizers
endif()
if(TIDEPOOL_WERROR)
  list(APPEND warnings -Werror)
  list(APPEND cuda_warnings -Werror)
  set(cuda_werror --Werror=all-warnings)
endif()
list(JOIN cuda_warnings "," cuda_warnings)

# No contraction to fused multiply-add: host, device and every compiler round alike.
add_library(tp_options INTERFACE)
target_include_directories(tp_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(tp_options INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:${warnings};-ffp-contract=off>"
  "$<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr;-fmad=false;${cuda_werror};-Xcompiler=${cuda_warnings},-ffp-contract=off>")
if(TIDEPOOL_SANITIZE)
  target_compile_options(tp_options INTERFACE
    "$<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${TIDEPOOL_SANITIZE};-fno-omit-frame-pointer;-fno-sanitize-recover=all>")
  target_link_options(tp_options INTERFACE -fsanitize=${TIDEPOOL_SANITIZE})
endif()

find_program(CCACHE ccache)
foreach(language CXX CUDA)
  if(CCACHE AND NOT CMAKE_${language}_COMPILER_LAUNCHER)
    set(CMAKE_${language}_COMPILER_LAUNCHER ${CCACHE})
  endif()
endforeach()
