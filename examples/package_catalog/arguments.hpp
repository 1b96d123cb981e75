// The arguments of one command: options in any place, operands in order.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace catalog {

class Arguments {
public:
    /// Sorts `words` (without the command). Options named in `with_value` take the next word; those in `flags`
    /// none. Throws UsageError for an unknown option or a missing value. "--" ends the options.
    Arguments(std::string_view command, const std::vector<std::string>& words,
              std::initializer_list<std::string_view> with_value = {},
              std::initializer_list<std::string_view> flags = {});

    /// Throws UsageError unless there are between `least` and `most` operands; `expected` says what they are.
    void expect_operands(std::size_t least, std::size_t most, std::string_view expected) const;

    [[nodiscard]] const std::vector<std::string>& operands() const noexcept { return operands_; }
    [[nodiscard]] std::optional<std::string> value(std::string_view option) const;
    /// Throws UsageError when the value is not a whole number.
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view option) const;
    [[nodiscard]] bool has(std::string_view flag) const { return options_.find(flag) != options_.end(); }

private:
    std::string command_;
    std::vector<std::string> operands_{};
    std::map<std::string, std::string, std::less<>> options_{};
};

/// A whole number; throws UsageError that names `what`.
[[nodiscard]] std::uint64_t parse_number(std::string_view text, const std::string& what);

}  // namespace catalog
