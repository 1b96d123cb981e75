// Findings get their line numbers when they are reported; files are scanned when the first finding is about them.
#include "diagnostics.hpp"

#include <fstream>
#include <iterator>

namespace cambium::codegen {

void Diagnostics::report(const Place& place, const std::string& sentence) {
    if (!follows_from_gap(place, sentence)) report_line(place.file, line_of(place), sentence);
}

bool Diagnostics::follows_from_gap(const Place& place, const std::string& sentence) const {
    const auto has = [&](const std::string& words) { return sentence.find(words) != std::string::npos; };
    for (const auto& [definition, field] : gaps_)
        if (definition == place.definition && (field == place.field || has('"' + field + '"') || has(": no key;") ||
                                               has(": it has no field;") || has(": it has no member")))
            return true;
    return false;
}

std::size_t Diagnostics::line_of(const Place& place) {
    return lines_of(place.file).line_of(place.definition, place.field, place.attribute);
}

void Diagnostics::report_include(const std::string& file, const std::string& name, const std::string& sentence) {
    report_line(file, lines_of(file).line_of_include(name), sentence);
}

void Diagnostics::report_repetition(const Place& place, const std::string& sentence) {
    const std::size_t line =
        lines_of(place.file).line_of_repetition(place.definition, place.field, place.attribute);
    if (line != 0) report_line(place.file, line, sentence);
}

const SourceLines& Diagnostics::lines_of(const std::string& file) {
    auto found = lines_.find(file);
    if (found == lines_.end()) {
        std::ifstream stream{file, std::ios::binary};
        const std::string text{std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
        found = lines_.emplace(file, SourceLines{text}).first;
    }
    return found->second;
}

void Diagnostics::report_line(const std::string& file, std::size_t line, const std::string& sentence) {
    sentences_.push_back(file + ":" + (line == 0 ? "" : std::to_string(line) + ":") + " " + sentence);
}

}  // namespace cambium::codegen
