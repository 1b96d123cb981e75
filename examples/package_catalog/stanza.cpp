// The stanza reader: lines from a fixed buffer, fields from lines.
#include "stanza.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace catalog {
namespace {

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t") == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_field_name(std::string_view name) {
    if (name.empty() || name.front() == '-') return false;
    return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// The length of the UTF-8 sequence at the front of `text`, or 0 when it is not one (RFC 3629: no overlong form, no
// surrogate, nothing above U+10FFFF).
std::size_t utf8_sequence(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
    }
    if ((lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f)) return 0;
    if ((lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) > 0x8f)) return 0;
    return length;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8_sequence(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string located(std::string_view input_name, std::uint64_t line, std::string_view sentence) {
    std::string text{input_name};
    return text.append(":").append(std::to_string(line)).append(": ").append(sentence);
}

}  // namespace

MalformedInput::MalformedInput(std::string_view input_name, std::uint64_t line, std::string_view sentence)
    : std::runtime_error(located(input_name, line, sentence)), line_(line) {}

std::string quoted(std::string_view text) {
    constexpr std::size_t kShown = 40;
    std::string result = "\"";
    for (const char c : text.substr(0, kShown)) result += c >= ' ' && c <= '~' ? c : '?';
    if (text.size() > kShown) result += "...";
    return result + "\"";
}

const Field* Stanza::find(std::string_view name) const noexcept {
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return same_name(f.name, name); });
    return found == fields.end() ? nullptr : &*found;
}

StanzaReader::StanzaReader(std::istream& input, std::string input_name)
    : input_(input), input_name_(std::move(input_name)) {}

void StanzaReader::fail(std::string_view sentence) const {
    throw MalformedInput(input_name_, line_number_, sentence);
}

bool StanzaReader::fill_buffer() {
    if (!input_) return false;
    input_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    if (input_.bad()) fail("the input cannot be read any further");
    buffer_begin_ = 0;
    buffer_end_ = static_cast<std::size_t>(input_.gcount());
    bytes_read_ += buffer_end_;
    return buffer_end_ != 0;
}

// Reads one line without its end ("\n" or "\r\n") into line_. False at the end of the input.
bool StanzaReader::read_line() {
    line_.clear();
    ++line_number_;
    for (;;) {
        if (buffer_begin_ == buffer_end_ && !fill_buffer()) return !line_.empty();
        const char* begin = buffer_.data() + buffer_begin_;
        const std::size_t available = buffer_end_ - buffer_begin_;
        const void* end = std::memchr(begin, '\n', available);
        const std::size_t length =
            end ? static_cast<std::size_t>(static_cast<const char*>(end) - begin) : available;
        stanza_bytes_ += length + 1;
        if (stanza_bytes_ > kMaxStanzaBytes) {
            fail("the stanza is longer than 8 MiB, so this is not a Packages file");
        }
        line_.append(begin, length);
        buffer_begin_ += end ? length + 1 : length;
        if (end) break;
    }
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    return true;
}

void StanzaReader::take_field(Stanza& stanza) {
    const std::size_t colon = line_.find(':');
    if (colon == std::string::npos) {
        fail(quoted(line_) + " is not a field: there is no colon after its name");
    }
    const std::string_view name = std::string_view(line_).substr(0, colon);
    if (!is_field_name(name)) {
        fail(quoted(name) +
             " is not a field name: one is made of printable ASCII without spaces, and does not start with '-'");
    }
    if (const Field* earlier = stanza.find(name)) {
        fail("the field " + quoted(name) + " stands twice in one stanza, first in line " +
             std::to_string(earlier->line));
    }
    if (stanza.fields.empty()) stanza.line = line_number_;
    stanza.fields.push_back(
        {std::string(name), std::string(trimmed(std::string_view(line_).substr(colon + 1))), line_number_});
}

void StanzaReader::take_continuation(Stanza& stanza) {
    if (stanza.fields.empty()) {
        fail("a line that starts with a space continues a field, but no field stands before it in its stanza");
    }
    std::string_view text = std::string_view(line_).substr(1);
    text = text.substr(0, text.find_last_not_of(" \t") + 1);
    stanza.fields.back().value.append("\n").append(text);
}

bool StanzaReader::next(Stanza& stanza) {
    stanza.fields.clear();
    stanza_bytes_ = 0;
    while (read_line()) {
        if (is_blank(line_)) {
            if (!stanza.fields.empty()) return true;
            stanza_bytes_ = 0;
            continue;
        }
        if (line_.front() == '#') continue;
        if (line_.find('\0') != std::string::npos)
            fail("the line holds a NUL byte, so this is not a Packages file");
        if (!is_utf8(line_)) fail("the line is not valid UTF-8: " + quoted(line_));
        if (line_.front() == ' ' || line_.front() == '\t') {
            take_continuation(stanza);
        } else {
            take_field(stanza);
        }
    }
    return !stanza.fields.empty();
}

}  // namespace catalog
