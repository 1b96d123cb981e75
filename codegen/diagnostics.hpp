// What is wrong with a schema. All findings of one run are collected, in the order they were found.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "source_lines.hpp"

namespace cambium::codegen {

/// What a finding is about. Empty parts are unknown, or it is about the larger thing.
struct Place {
    std::string file;        ///< as the parser found it
    std::string definition;  ///< "shop.Customer"
    std::string field{};     ///< or enumerator
    std::string attribute{};
};

class Diagnostics {
public:
    Diagnostics(std::string file, const std::string& text) : file_{std::move(file)} {
        lines_.emplace(file_, SourceLines{text});
    }

    /// A finding about the file as a whole: "shop.fbs: sentence".
    void report(const std::string& sentence) { sentences_.push_back(file_ + ": " + sentence); }
    /// A finding about a place: "shop.fbs:7: sentence".
    void report(const Place& place, const std::string& sentence);
    /// A finding about an include statement of `file`, of the name that it has.
    void report_include(const std::string& file, const std::string& name, const std::string& sentence);
    /// A finding about the second of two attributes of one name in one place. Says nothing when there is one.
    void report_repetition(const Place& place, const std::string& sentence);
    /// A finding that carries its own place: "shop.fbs:7: sentence".
    void report_placed(std::string sentence) { sentences_.push_back(std::move(sentence)); }

    /// From now on says nothing that follows from a missing field of a definition.
    void leave_out(const std::string& definition, const std::string& field) {
        gaps_.emplace_back(definition, field);
    }

    /// The line of a place, from 1; 0 when it is unknown.
    [[nodiscard]] std::size_t line_of(const Place& place);

    [[nodiscard]] bool empty() const noexcept { return sentences_.empty(); }
    [[nodiscard]] const std::vector<std::string>& sentences() const noexcept { return sentences_; }

private:
    const SourceLines& lines_of(const std::string& file);
    [[nodiscard]] bool follows_from_gap(const Place& place, const std::string& sentence) const;
    void report_line(const std::string& file, std::size_t line, const std::string& sentence);

    std::string file_;
    std::map<std::string, SourceLines> lines_;  // by file
    std::vector<std::string> sentences_;
    std::vector<std::pair<std::string, std::string>> gaps_;  // definition and field
};

}  // namespace cambium::codegen
