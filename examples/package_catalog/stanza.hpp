// Reads the stanzas of a Debian Packages file ("deb822"): fields of the form "Name: value", values continued on
// lines that start with a space or a tab, comment lines that start with '#', stanzas parted by blank lines.
//
// Streaming: one stanza is held at a time, and its size is bounded, so memory does not grow with the input.
// Not thread-safe: one reader, one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace catalog {

/// The input is not what it should be. what() reads "Packages:812: the sentence".
class MalformedInput : public std::runtime_error {
public:
    MalformedInput(std::string_view input_name, std::uint64_t line, std::string_view sentence);
    /// The line of the input, counted from 1.
    [[nodiscard]] std::uint64_t line() const noexcept { return line_; }

private:
    std::uint64_t line_;
};

/// One field. The value keeps its line breaks as '\n', without the white space that opened each continuation line
/// and without white space at its end.
struct Field {
    std::string name{};
    std::string value{};
    std::uint64_t line = 0;
};

/// One stanza: its fields in the order of the input.
struct Stanza {
    std::uint64_t line = 0;  ///< line of the first field
    std::vector<Field> fields{};

    /// The field of that name, upper and lower case taken as equal, or null. Lives as long as the stanza.
    [[nodiscard]] const Field* find(std::string_view name) const noexcept;
};

/// Takes stanzas off a stream, one by one.
class StanzaReader {
public:
    /// The largest stanza accepted, in bytes of input.
    static constexpr std::size_t kMaxStanzaBytes = std::size_t{8} << 20;

    /// `input` must outlive the reader. `input_name` opens every error sentence.
    StanzaReader(std::istream& input, std::string input_name);

    /// Read the next stanza into `stanza`, replacing it. False at the end of the input.
    /// Throws MalformedInput; the reader is of no use after that.
    bool next(Stanza& stanza);

    /// Bytes taken from the input so far.
    [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }
    [[nodiscard]] const std::string& input_name() const noexcept { return input_name_; }

private:
    bool read_line();
    bool fill_buffer();
    void take_field(Stanza& stanza);
    void take_continuation(Stanza& stanza);
    [[noreturn]] void fail(std::string_view sentence) const;

    std::istream& input_;
    std::string input_name_;
    std::array<char, std::size_t{64} << 10> buffer_{};
    std::size_t buffer_begin_ = 0;
    std::size_t buffer_end_ = 0;
    std::string line_{};
    std::uint64_t line_number_ = 0;
    std::uint64_t bytes_read_ = 0;
    std::size_t stanza_bytes_ = 0;
};

/// `text` in quotes, cut after 40 bytes, with control characters and bytes above 0x7e shown as '?': safe to print.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace catalog
