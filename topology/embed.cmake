# cmake -DOUT=<file.cpp> -DROOT=<repository> -DFILES=<a.yaml;b.yaml> -P embed.cmake
# Writes a C++ file that holds the bytes of every file, named by its path from the repository root, in the
# order given.
cmake_policy(VERSION 3.25)
set(body "")
foreach(file IN LISTS FILES)
  file(READ "${ROOT}/${file}" hex HEX)
  string(LENGTH "${hex}" length)
  set(text "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${hex}" ${at} 32 line)
    string(REGEX REPLACE "(..)" "\\\\x\\1" line "${line}")
    string(APPEND text "\n        \"${line}\"")
    math(EXPR at "${at} + 32")
  endwhile()
  math(EXPR bytes "${length} / 2")
  string(APPEND body "    {\"${file}\", std::string_view(${text},\n        ${bytes})},\n")
endforeach()
list(LENGTH FILES count)
file(WRITE "${OUT}" "// Made by topology/embed.cmake; do not edit.
#include \"topology/embedded.h\"

#include <array>

namespace tidepool::topology {
namespace {
constexpr std::array<EmbeddedFile, ${count}> kFiles{{
${body}}};
}  // namespace

std::span<const EmbeddedFile> embedded_files() { return kFiles; }

}  // namespace tidepool::topology
")
