// What is wrong with a schema. All findings of one run are collected, and told file by file in the order of the
// lines; of one line in the order they were found.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "source_lines.hpp"

namespace cambium::codegen {

/// How names of fields and definitions begin that stand in for those of a schema; what is found about them is not
/// told.
inline constexpr std::string_view kStandIn = "cambium_stand_in_";

/// What a finding is about. Empty parts are unknown, or it is about the larger thing.
struct Place {
    std::string file;        ///< as the parser found it
    std::string definition;  ///< "shop.Customer"
    std::string field{};     ///< or enumerator
    std::string attribute{};
};

/// So many are told in one run.
inline constexpr std::size_t kMostErrors = 200;

class Diagnostics {
public:
    Diagnostics(std::string file, const std::string& text) : file_{std::move(file)} {
        lines_.emplace(file_, SourceLines{text});
    }

    /// A finding about the file as a whole: "shop.fbs: sentence".
    void report(const std::string& sentence) { report_line(file_, 0, sentence); }
    /// A finding about a place: "shop.fbs:7: sentence".
    void report(const Place& place, const std::string& sentence);
    /// A finding about a line, from 1; 0: about the file.
    void report_line(const std::string& file, std::size_t line, const std::string& sentence);
    /// A finding about an include statement of `file`, of the name that it has.
    void report_include(const std::string& file, const std::string& name, const std::string& sentence);
    /// A finding about the second of two attributes of one name in one place. Says nothing when there is one.
    void report_repetition(const Place& place, const std::string& sentence);
    /// What is told behind all else: that the run ends at a line.
    void end_at(const std::string& file, std::size_t line, const std::string& sentence);

    /// Which file comes when. Those that are not among them come behind, as findings about them do.
    void order(std::vector<std::string> files) { files_ = std::move(files); }

    /// From now on says nothing that follows from a field or an enumerator that is wrong and was left out.
    void leave_out(const std::string& definition, const std::string& field) { gaps_.emplace(definition, field); }
    [[nodiscard]] bool is_left_out(const std::string& definition, const std::string& field) const {
        return gaps_.count({definition, field}) != 0;
    }
    /// Whether any field of the definition was left out.
    [[nodiscard]] bool has_gap(const std::string& definition) const {
        const auto first = gaps_.lower_bound({definition, ""});
        return first != gaps_.end() && first->first == definition;
    }
    /// Whether an enumerator has its number from one in front of it that was left out.
    [[nodiscard]] bool counts_on_from_gap(const Place& enumerator);

    /// The line of a place, from 1; 0 when it is unknown.
    [[nodiscard]] std::size_t line_of(const Place& place);

    /// The parts of a file as it was given.
    const SourceLines& lines_of(const std::string& file);

    [[nodiscard]] bool empty() const noexcept { return findings_.empty(); }
    /// Those of the first `most` findings, and how many more there are.
    [[nodiscard]] std::vector<std::string> sentences(std::size_t most = kMostErrors) const;

private:
    struct Finding {
        std::string file;
        std::size_t line;
        std::string sentence;
    };

    [[nodiscard]] bool follows_from_gap(const Place& place, const std::string& sentence) const;

    std::string file_;
    std::map<std::string, SourceLines> lines_;  // by file
    std::vector<Finding> findings_;
    std::vector<std::string> files_;
    std::string end_;
    std::set<std::pair<std::string, std::string>> gaps_;  // definition and field
};

}  // namespace cambium::codegen
