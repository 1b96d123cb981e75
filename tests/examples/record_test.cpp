// From stanzas to records and back.
#include "record.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace {

using catalog::Dependency;
using catalog::DependencyKind;
using catalog::Entry;
using catalog::MultiArch;
using catalog::Stanza;
using catalog::StanzaReader;

const std::string kMinimal = "Package: a\nVersion: 1\nArchitecture: all\nMaintainer: m\nDescription: d\n";

Stanza first_stanza(const std::string& text) {
    std::istringstream input{text};
    StanzaReader reader{input, "Packages"};
    Stanza stanza;
    REQUIRE(reader.next(stanza));
    return stanza;
}

Entry entry_of(const std::string& text) {
    return catalog::entry_of(first_stanza(text), "Packages");
}

std::string failure_of(const std::string& text) {
    try {
        static_cast<void>(entry_of(text));
    } catch (const catalog::MalformedInput& error) {
        return error.what();
    }
    return "no error";
}

// The fields of a stanza by name, with every run of white space as one space outside the description.
std::map<std::string, std::string> comparable(const Stanza& stanza) {
    std::map<std::string, std::string> fields;
    for (const catalog::Field& field : stanza.fields) {
        if (field.name == "Description") {
            fields[field.name] = field.value;
            continue;
        }
        std::istringstream words{field.value};
        std::string& text = fields[field.name];
        for (std::string word; words >> word;) text += (text.empty() ? "" : " ") + word;
    }
    return fields;
}

}  // namespace

TEST_CASE("the fewest fields: everything else is absent, and the source is the package") {
    const Entry entry = entry_of(kMinimal);
    CHECK(entry.dependencies.empty());
    CHECK(entry.package.name == "a");
    CHECK(entry.package.source == "a");
    CHECK_FALSE(entry.package.source_version.has_value());
    CHECK_FALSE(entry.package.section.has_value());
    CHECK_FALSE(entry.package.installed_size.has_value());
    CHECK_FALSE(entry.package.sha256.has_value());
    CHECK(entry.package.multi_arch == MultiArch::no);
    CHECK_FALSE(entry.package.essential);
    CHECK(entry.package.tags.empty());
    CHECK(entry.package.other_fields.empty());
}

TEST_CASE("values of every kind") {
    const Entry entry =
        entry_of(kMinimal +
                 "Source: s (2.0-1)\nInstalled-Size: 18446744073709551615\nSize: 0\nMulti-Arch: foreign\n"
                 "Essential: yes\nMD5sum: 000102030405060708090a0b0c0d0eFF\nTag: x::y, x::z,\n b::c\n"
                 "Ghc-Package: g\n");
    CHECK(entry.package.source == "s");
    CHECK(entry.package.source_version == "2.0-1");
    CHECK(entry.package.installed_size == 18446744073709551615U);
    CHECK(entry.package.size == 0U);
    CHECK(entry.package.multi_arch == MultiArch::foreign);
    CHECK(entry.package.essential);
    REQUIRE(entry.package.md5sum.has_value());
    CHECK((*entry.package.md5sum)[1] == 1);
    CHECK((*entry.package.md5sum)[15] == 0xff);
    CHECK(entry.package.tags == std::vector<std::string>{"x::y", "x::z", "b::c"});
    REQUIRE(entry.package.other_fields.size() == 1);
    CHECK(entry.package.other_fields[0].name == "Ghc-Package");
    CHECK(entry.package.other_fields[0].value == "g");
}

TEST_CASE("dependencies: one per alternative, numbered through the field") {
    const Entry entry = entry_of(kMinimal + "Depends: x (>= 1) | y:any, z\nBreaks: x\n");
    CHECK(entry.package.depends == std::vector<std::string>{"x (>= 1) | y:any", "z"});
    REQUIRE(entry.dependencies.size() == 4);
    const Dependency& x = entry.dependencies[0];
    CHECK(x.target == "x");
    CHECK(x.kind == DependencyKind::depends);
    CHECK(x.depender == "a");
    CHECK(x.depender_version == "1");
    CHECK(x.depender_architecture == "all");
    CHECK(x.constraint == ">= 1");
    CHECK_FALSE(x.target_architecture.has_value());
    const Dependency& y = entry.dependencies[1];
    CHECK(y.item == 0);
    CHECK(y.position == 1);
    CHECK(y.target_architecture == "any");
    CHECK_FALSE(y.constraint.has_value());
    CHECK(entry.dependencies[2].item == 1);
    CHECK(entry.dependencies[2].position == 2);
    CHECK(entry.dependencies[3].kind == DependencyKind::breaks);
    CHECK(entry.dependencies[3].position == 0);
}

TEST_CASE("a stanza that is no package is an error with its line") {
    CHECK(failure_of("Package: a\nArchitecture: all\nMaintainer: m\nDescription: d\n") ==
          "Packages:1: the stanza that begins here has no field Version");
    CHECK(failure_of("\n\nVersion: 1\n") == "Packages:3: the stanza that begins here has no field Package");
    CHECK(failure_of("Package:\nVersion: 1\nArchitecture: all\nMaintainer: m\nDescription: d\n") ==
          "Packages:1: the field Package is empty");
    CHECK(failure_of(kMinimal + "Installed-Size: 12 KiB\n") ==
          "Packages:6: \"12 KiB\" is not a whole number, as Installed-Size must be");
    CHECK(failure_of(kMinimal + "Size: -1\n") == "Packages:6: \"-1\" is not a whole number, as Size must be");
    CHECK(failure_of(kMinimal + "Size:\n") == "Packages:6: \"\" is not a whole number, as Size must be");
    CHECK(failure_of(kMinimal + "Size: 18446744073709551616\n") ==
          "Packages:6: \"18446744073709551616\" is not a whole number, as Size must be");
    CHECK(failure_of(kMinimal + "Essential: maybe\n") ==
          "Packages:6: \"maybe\" is neither yes nor no, as Essential must be");
    CHECK(failure_of(kMinimal + "Multi-Arch: all\n") ==
          "Packages:6: \"all\" is none of no, same, foreign and allowed, as Multi-Arch must be");
    CHECK(failure_of(kMinimal + "MD5sum: 00\n") ==
          "Packages:6: \"00\" is not 32 hexadecimal digits, as MD5sum must be");
    CHECK(failure_of(kMinimal + "MD5sum: 0001020304050607-8090a0b0c0d0e0f\n") ==
          "Packages:6: \"0001020304050607-8090a0b0c0d0e0f\" is not 32 hexadecimal digits, as MD5sum must be");
    CHECK(failure_of(kMinimal + "Source: s (1\n") == "Packages:6: \"s (1\" lacks the ')' after the version");
    CHECK(failure_of(kMinimal + "Tag: x\nDepends: x,\n y (1)\n") ==
          "Packages:7: Depends: one of << <= = >= >> is expected before \"1)\"");
}

TEST_CASE("every package of the sample prints as the stanza it came from") {
    std::ifstream file{CATALOG_SAMPLE, std::ios::binary};
    REQUIRE(file.good());
    StanzaReader reader{file, "Packages"};
    std::size_t packages = 0;
    for (Stanza stanza; reader.next(stanza); ++packages) {
        std::ostringstream printed;
        print_stanza(printed, catalog::entry_of(stanza, "Packages").package);
        auto expected = comparable(stanza);
        // A value that is the default is not kept apart from an absent field.
        if (expected["Multi-Arch"].empty() || expected["Multi-Arch"] == "no") expected.erase("Multi-Arch");
        CHECK(comparable(first_stanza(printed.str())) == expected);
    }
    CHECK(packages == 294);
}
