// Where a schema file defines what: the flatbuffers library keeps no line numbers, so this scanner of names finds
// them. It trusts that the text has been parsed; of anything else it finds some lines or none.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cambium::codegen {

/// A statement, a definition, a field or an enumerator of one, or an attribute: offsets into the text.
struct SourcePart {
    std::string definition{};  ///< empty: a statement, such as root_type
    std::string field{};       ///< empty: the definition
    std::string attribute{};   ///< empty: the field or the definition
    std::string keyword{};     ///< of the statement or the definition
    std::string space{};       ///< the namespace with a dot behind it
    std::string value{};       ///< of an attribute, without quotes; of a field or an enumerator its first token
    std::size_t line = 0;      ///< from 1, of the begin
    std::size_t begin = 0;
    std::size_t name_end = 0;
    std::size_t head_end = 0;  ///< of a definition or a field: where the attributes begin, or what is behind them
    std::size_t end = 0;       ///< behind the brace, semicolon or comma that ends it

    [[nodiscard]] bool is_definition() const { return !definition.empty() && field.empty() && attribute.empty(); }
    [[nodiscard]] bool is_member() const { return !field.empty() && attribute.empty(); }
    [[nodiscard]] bool has(const SourcePart& inner) const { return begin < inner.begin && inner.end < end; }
    /// Of a field of a table: structs have none.
    [[nodiscard]] bool is_field_id() const { return attribute == "id" && keyword == "table" && !field.empty(); }
};

/// The content of a schema file; empty when it cannot be read.
[[nodiscard]] std::string text_of(const std::string& file);

class SourceLines {
public:
    SourceLines() = default;
    explicit SourceLines(std::string_view text);

    /// The line, from 1, of an attribute of a field of a definition ("shop.Customer"), or of the next larger thing
    /// that was found when the attribute or field is empty or unknown; 0 when the definition is unknown.
    [[nodiscard]] std::size_t line_of(const std::string& definition, const std::string& field,
                                      const std::string& attribute) const;

    /// The line on which an attribute stands for the second time; 0 when it does not.
    [[nodiscard]] std::size_t line_of_repetition(const std::string& definition, const std::string& field,
                                                 const std::string& attribute) const;

    /// The line of an include statement, of the name that it has; 0 when there is none.
    [[nodiscard]] std::size_t line_of_include(const std::string& name) const;

    /// Whether a line begins inside of a comment.
    [[nodiscard]] bool begins_in_comment(std::size_t line) const { return lines_in_comments_.count(line) != 0; }

    /// In the order of the text; a definition stands behind its fields, and either behind its attributes.
    [[nodiscard]] const std::vector<SourcePart>& parts() const noexcept { return parts_; }

private:
    friend class LineScanner;
    std::map<std::string, std::size_t> lines_;
    std::map<std::string, std::size_t> repetitions_;
    std::vector<SourcePart> parts_;
    std::set<std::size_t> lines_in_comments_;
};

}  // namespace cambium::codegen
