// Dependency fields of a package: "a (>= 1.2) | b:any, c [amd64 !arm64]". Commas join groups that must all hold,
// '|' joins the alternatives of a group. Plain functions over text: no state, any thread.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace catalog {

/// How a version constraint compares.
enum class Comparison : std::uint8_t { any, earlier, earlier_or_equal, equal, later_or_equal, later };

/// The spelling of a comparison in a dependency field: "", "<<", "<=", "=", ">=", ">>".
[[nodiscard]] std::string_view to_string(Comparison comparison) noexcept;

/// One alternative: a package, real or virtual, and what is asked of it.
struct Relation {
    std::string package{};
    std::string qualifier{};  ///< "any" in "python3:any"; empty when absent
    Comparison comparison = Comparison::any;
    std::string version{};                     ///< empty exactly when comparison is any
    std::vector<std::string> architectures{};  ///< "amd64", "!arm64"; empty when unrestricted
};

/// Alternatives, any one of which is enough.
using RelationGroup = std::vector<Relation>;

/// The value is not a dependency field. The sentence quotes the part that is wrong.
class MalformedRelation : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The groups of a dependency field. Line breaks count as spaces; a comma may stand at the end.
/// Throws MalformedRelation.
[[nodiscard]] std::vector<RelationGroup> parse_relations(std::string_view field);

/// The text of one alternative, spaced as Debian spaces it.
[[nodiscard]] std::string to_text(const Relation& relation);

}  // namespace catalog
