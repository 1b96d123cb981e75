// Sorting words into options and operands.
#include "arguments.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "commands.hpp"

namespace catalog {
namespace {

bool holds(std::initializer_list<std::string_view> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Arguments::Arguments(std::string_view command, const std::vector<std::string>& words,
                     std::initializer_list<std::string_view> with_value,
                     std::initializer_list<std::string_view> flags)
    : command_(command) {
    bool options_ended = false;
    for (auto word = words.begin(); word != words.end(); ++word) {
        if (options_ended || word->size() < 2 || word->substr(0, 2) != "--") {
            operands_.push_back(*word);
        } else if (*word == "--") {
            options_ended = true;
        } else if (holds(flags, *word)) {
            options_[*word];
        } else if (holds(with_value, *word)) {
            if (word + 1 == words.end()) throw UsageError(*word + " needs a value after it");
            const std::string& option = *word;
            options_[option] = *++word;
        } else {
            throw UsageError("\"" + *word + "\" is not an option of the command \"" + command_ + "\"");
        }
    }
}

void Arguments::expect_operands(std::size_t least, std::size_t most, std::string_view expected) const {
    if (operands_.size() >= least && operands_.size() <= most) return;
    throw UsageError("the command \"" + command_ + "\" takes " + std::string(expected) + ", and was given " +
                     std::to_string(operands_.size()) + (operands_.size() == 1 ? " argument" : " arguments"));
}

std::optional<std::string> Arguments::value(std::string_view option) const {
    const auto found = options_.find(option);
    if (found == options_.end()) return std::nullopt;
    return found->second;
}

std::optional<std::uint64_t> Arguments::number(std::string_view option) const {
    const std::optional<std::string> text = value(option);
    if (!text) return std::nullopt;
    return parse_number(*text, std::string(option));
}

std::uint64_t parse_number(std::string_view text, const std::string& what) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
        throw UsageError(what + " takes a whole number, not \"" + std::string(text) + "\"");
    }
    return number;
}

}  // namespace catalog
