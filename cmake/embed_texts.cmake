# Writes OUTPUT, a C++ file with a function FUNCTION of src/io/embedded_texts.hpp that holds every
# file that matches FILES as text, so that data travels inside a library and needs no path at run
# time.
# Run as: cmake -D FILES=.../*.json -D FUNCTION=... -D OUTPUT=... -P embed_texts.cmake
file(GLOB files "${FILES}")
list(SORT files)
set(entries "")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME_WE)
  file(READ "${file}" text)
  string(APPEND entries "    {\"${name}\", R\"isoflop(${text})isoflop\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Generated from data by cmake/embed_texts.cmake.
#include \"io/embedded_texts.hpp\"

namespace isoflop::detail {

const std::vector<EmbeddedText>& ${FUNCTION}() {
  static const std::vector<EmbeddedText> texts{
${entries}  };
  return texts;
}

}  // namespace isoflop::detail
")
