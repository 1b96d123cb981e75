// The reader of Packages stanzas: what it accepts, and the sentence for everything it does not.
#include "stanza.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

namespace {

using catalog::Field;
using catalog::MalformedInput;
using catalog::Stanza;
using catalog::StanzaReader;

std::vector<Stanza> read_all(const std::string& text) {
    std::istringstream input{text};
    StanzaReader reader{input, "Packages"};
    std::vector<Stanza> stanzas;
    for (Stanza stanza; reader.next(stanza);) stanzas.push_back(stanza);
    CHECK(reader.bytes_read() == text.size());
    return stanzas;
}

std::string value_of(const Stanza& stanza, std::string_view name) {
    const Field* field = stanza.find(name);
    REQUIRE(field != nullptr);
    return field->value;
}

// The sentence that reading `text` to its end throws.
std::string failure_of(const std::string& text) {
    try {
        read_all(text);
    } catch (const MalformedInput& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("fields, in order, without the white space around their values") {
    const auto stanzas = read_all("Package: a\nVersion:\t1.0-1  \nEmpty:\n");
    REQUIRE(stanzas.size() == 1);
    REQUIRE(stanzas[0].fields.size() == 3);
    CHECK(stanzas[0].fields[0].name == "Package");
    CHECK(stanzas[0].fields[1].value == "1.0-1");
    CHECK(stanzas[0].fields[1].line == 2);
    CHECK(value_of(stanzas[0], "Empty").empty());
}

TEST_CASE("field names are found whatever their case, and a value may hold colons") {
    const auto stanzas = read_all("PACKAGE: a\nHomepage: https://example.org:80/\n");
    REQUIRE(stanzas.size() == 1);
    CHECK(value_of(stanzas[0], "package") == "a");
    CHECK(value_of(stanzas[0], "homepage") == "https://example.org:80/");
    CHECK(stanzas[0].find("Version") == nullptr);
}

TEST_CASE("continuation lines keep their breaks, and lose their first space only") {
    const auto stanzas = read_all("Description: short\n first line\n .\n   * indented\n\tafter a tab \nTag: x\n");
    REQUIRE(stanzas.size() == 1);
    CHECK(value_of(stanzas[0], "Description") == "short\nfirst line\n.\n  * indented\nafter a tab");
    CHECK(value_of(stanzas[0], "Tag") == "x");
}

TEST_CASE("blank lines part stanzas, however many, wherever they stand, and whatever white space they hold") {
    const auto stanzas = read_all("\n \nPackage: a\n\n\t\n\nPackage: b\n\n\n");
    REQUIRE(stanzas.size() == 2);
    CHECK(stanzas[0].line == 3);
    CHECK(stanzas[1].line == 7);
    CHECK(value_of(stanzas[1], "Package") == "b");
}

TEST_CASE("comment lines are skipped, also inside a continued value") {
    const auto stanzas = read_all("# of its own\n\nPackage: a\nTag: x,\n# between\n y\n#last\n");
    REQUIRE(stanzas.size() == 1);
    CHECK(value_of(stanzas[0], "Tag") == "x,\ny");
}

TEST_CASE("an empty input holds no stanza, and the last line needs no end") {
    CHECK(read_all("").empty());
    CHECK(read_all("\n\n").empty());
    CHECK(read_all("# nothing\n").empty());
    const auto stanzas = read_all("Package: a");
    REQUIRE(stanzas.size() == 1);
    CHECK(value_of(stanzas[0], "Package") == "a");
}

TEST_CASE("lines may end as they do on Windows") {
    const auto stanzas = read_all("Package: a\r\n\r\nPackage: b\r\n");
    REQUIRE(stanzas.size() == 2);
    CHECK(value_of(stanzas[0], "Package") == "a");
}

TEST_CASE("lines of every length around the size of the read buffer") {
    for (std::size_t length = (64u << 10) - 20; length < (64u << 10) + 20; ++length) {
        const std::string value(length, 'x');
        std::istringstream input{"Package: " + value + "\nVersion: 1\n"};
        StanzaReader reader{input, "Packages"};
        Stanza stanza;
        REQUIRE(reader.next(stanza));
        REQUIRE(value_of(stanza, "Package") == value);
        REQUIRE(value_of(stanza, "Version") == "1");
        REQUIRE_FALSE(reader.next(stanza));
    }
}

TEST_CASE("valid UTF-8 passes, up to the last code point") {
    for (const char* text : {"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                             "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
        const auto stanzas = read_all(std::string("Maintainer: ") + text);
        REQUIRE(stanzas.size() == 1);
        CHECK(value_of(stanzas[0], "Maintainer") == text);
    }
}

TEST_CASE("a malformed stanza is an error with its line and what is wrong") {
    CHECK(failure_of("Package: a\n\nno colon here\n") ==
          "Packages:3: \"no colon here\" is not a field: there is no colon after its name");
    CHECK(failure_of(" text\n") ==
          "Packages:1: a line that starts with a space continues a field, but no field stands before it in its "
          "stanza");
    CHECK(failure_of("Package: a\n\n text\n").substr(0, 12) == "Packages:3: ");
    CHECK(failure_of("Package: a\nVersion: 1\npackage: b\n") ==
          "Packages:3: the field \"package\" stands twice in one stanza, first in line 1");
    CHECK(failure_of("Package: a\nMy field: b\n").substr(0, 40) == "Packages:2: \"My field\" is not a field na");
    CHECK(failure_of(": b\n").substr(0, 32) == "Packages:1: \"\" is not a field na");
    CHECK(failure_of("-Package: b\n").substr(0, 40) == "Packages:1: \"-Package\" is not a field na");
}

TEST_CASE("bytes that are no text are errors, and are not printed raw") {
    CHECK(failure_of(std::string("Package: a\0b\n", 13)) ==
          "Packages:1: the line holds a NUL byte, so this is not a Packages file");
    for (const char* text : {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x9f\xbf", "\xed\xa0\x80",
                             "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
        const std::string sentence = failure_of(std::string("M: ") + text);
        CHECK(sentence.find("Packages:1: the line is not valid UTF-8: \"M: ?") == 0);
    }
    CHECK(failure_of("\x1b[31m\n") == "Packages:1: \"?[31m\" is not a field: there is no colon after its name");
}

TEST_CASE("a stanza without end is refused before it fills the memory") {
    const std::string endless(StanzaReader::kMaxStanzaBytes + 1, 'x');
    CHECK(failure_of(endless) == "Packages:1: the stanza is longer than 8 MiB, so this is not a Packages file");
    std::string many_lines = "Package: a\n";
    while (many_lines.size() <= StanzaReader::kMaxStanzaBytes) many_lines += " more\n";
    CHECK(failure_of(many_lines).find("the stanza is longer than 8 MiB") != std::string::npos);
}

TEST_CASE("an error knows its line") {
    try {
        read_all("Package: a\nx\n");
        FAIL("no error");
    } catch (const MalformedInput& error) {
        CHECK(error.line() == 2);
    }
}
