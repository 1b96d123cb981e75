// Findings get their line numbers when they are reported; files are scanned when the first finding is about them.
#include "diagnostics.hpp"

#include <algorithm>
#include <iterator>

namespace cambium::codegen {

namespace {

std::string placed(const std::string& file, std::size_t line, const std::string& sentence) {
    return file + ":" + (line == 0 ? "" : std::to_string(line) + ":") + " " + sentence;
}

}  // namespace

void Diagnostics::report(const Place& place, const std::string& sentence) {
    if (!follows_from_gap(place, sentence)) report_line(place.file, line_of(place), sentence);
}

/// Of a field that stands in for a wrong one only the name and the attributes are those of the schema.
bool Diagnostics::follows_from_gap(const Place& place, const std::string& sentence) const {
    const auto has = [&](const std::string& words) { return sentence.find(words) != std::string::npos; };
    const bool is_about_words = has("; choose another") || has(": attribute ");
    const bool is_about_whole =
        has(": it has no member") || has(": cambium_type \"") || has(": a struct of bytes ");
    const auto is_cause = [&](const auto& gap) {
        const auto& [definition, field] = gap;
        if (definition != place.definition) return false;
        return has("field \"" + field + '"') || (has(", field " + field + ": ") && !is_about_words) ||
               (place.field.empty() && is_about_whole);
    };
    return has(std::string{kStandIn}) || place.definition.find(kStandIn) != std::string::npos ||
           std::any_of(gaps_.begin(), gaps_.end(), is_cause);
}

bool Diagnostics::counts_on_from_gap(const Place& enumerator) {
    const std::vector<SourcePart>& parts = lines_of(enumerator.file).parts();
    auto part = std::find_if(parts.begin(), parts.end(), [&](const SourcePart& one) {
        return one.is_member() && one.definition == enumerator.definition && one.field == enumerator.field;
    });
    for (; part != parts.end() && part != parts.begin() && part->value.empty(); --part) {
        const SourcePart& before = *std::prev(part);
        if (before.definition != enumerator.definition) return false;
        if (is_left_out(before.definition, before.field)) return true;
    }
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
    if (found == lines_.end()) found = lines_.emplace(file, SourceLines{text_of(file)}).first;
    return found->second;
}

void Diagnostics::report_line(const std::string& file, std::size_t line, const std::string& sentence) {
    findings_.push_back({file, line, sentence});
}

void Diagnostics::end_at(const std::string& file, std::size_t line, const std::string& sentence) {
    end_ = placed(file, line, sentence);
}

std::vector<std::string> Diagnostics::sentences(std::size_t most) const {
    std::vector<std::string> files = files_;
    for (const Finding& finding : findings_)
        if (std::find(files.begin(), files.end(), finding.file) == files.end()) files.push_back(finding.file);
    const auto place = [&](const Finding& finding) {
        return std::pair{std::find(files.begin(), files.end(), finding.file), finding.line};
    };
    std::vector<Finding> sorted = findings_;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [&](const Finding& one, const Finding& other) { return place(one) < place(other); });
    std::vector<std::string> sentences;
    std::set<std::string> told;
    const Finding* first_left = nullptr;
    std::size_t left = 0;
    for (const Finding& one : sorted) {
        std::string sentence = placed(one.file, one.line, one.sentence);
        if (!told.insert(sentence).second) continue;
        if (sentences.size() < most)
            sentences.push_back(std::move(sentence));
        else if (left++ == 0)
            first_left = &one;
    }
    if (!end_.empty())
        sentences.push_back(end_);
    else if (first_left != nullptr)
        sentences.push_back(placed(first_left->file, first_left->line,
                                   "from here on there " +
                                       (left == 1 ? std::string{"is 1 more error, which is"}
                                                  : "are " + std::to_string(left) + " more errors, which are") +
                                       " told when those above are mended"));
    return sentences;
}

}  // namespace cambium::codegen
