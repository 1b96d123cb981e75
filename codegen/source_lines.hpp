// Where a schema file defines what: the flatbuffers library keeps no line numbers, so this scanner of names finds
// them. It trusts that the text has been parsed; of anything else it finds some lines or none.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cambium::codegen {

/// A definition, or a field or an enumerator of one: offsets into the text.
struct SourcePart {
    std::string definition;
    std::string field;  ///< empty: the definition
    std::size_t begin = 0;
    std::size_t name_end = 0;
    std::size_t end = 0;  ///< behind the brace, semicolon or comma that ends it
};

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

    /// In the order of the text; a definition stands behind its fields.
    [[nodiscard]] const std::vector<SourcePart>& parts() const noexcept { return parts_; }

private:
    friend class LineScanner;
    std::map<std::string, std::size_t> lines_;
    std::map<std::string, std::size_t> repetitions_;
    std::vector<SourcePart> parts_;
};

}  // namespace cambium::codegen
