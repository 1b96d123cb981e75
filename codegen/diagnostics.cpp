// Findings get their line numbers when they are reported; files are scanned when the first finding is about them.
#include "diagnostics.hpp"

#include <fstream>
#include <iterator>

namespace cambium::codegen {

void Diagnostics::report(const Place& place, const std::string& sentence) {
    auto found = lines_.find(place.file);
    if (found == lines_.end()) {
        std::ifstream stream{place.file, std::ios::binary};
        const std::string text{std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
        found = lines_.emplace(place.file, SourceLines{text}).first;
    }
    const std::size_t line = found->second.line_of(place.definition, place.field, place.attribute);
    sentences_.push_back(place.file + ":" + (line == 0 ? "" : std::to_string(line) + ":") + " " + sentence);
}

}  // namespace cambium::codegen
