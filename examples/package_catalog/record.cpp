// Which field of a stanza goes to which member: once, in tables that both directions use.
#include "record.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "relation.hpp"

namespace catalog {
namespace {

using Text = std::string;
using OptionalText = std::optional<std::string>;
using OptionalNumber = std::optional<std::uint64_t>;
using TextList = std::vector<std::string>;
template <std::size_t N>
using OptionalDigest = std::optional<cambium::FixedBytes<N>>;

struct MultiArchName {
    std::string_view name;
    MultiArch value;
};
constexpr MultiArchName kMultiArchNames[] = {{"no", MultiArch::no},
                                             {"same", MultiArch::same},
                                             {"foreign", MultiArch::foreign},
                                             {"allowed", MultiArch::allowed}};

struct RelationField {
    std::string_view name;
    TextList Package::*member;
    DependencyKind kind;
};
constexpr RelationField kRelationFields[] = {
    {"Pre-Depends", &Package::pre_depends, DependencyKind::pre_depends},
    {"Depends", &Package::depends, DependencyKind::depends},
    {"Recommends", &Package::recommends, DependencyKind::recommends},
    {"Suggests", &Package::suggests, DependencyKind::suggests},
    {"Enhances", &Package::enhances, DependencyKind::enhances},
    {"Breaks", &Package::breaks, DependencyKind::breaks},
    {"Conflicts", &Package::conflicts, DependencyKind::conflicts},
    {"Replaces", &Package::replaces, DependencyKind::replaces},
    {"Provides", &Package::provides, DependencyKind::provides},
};

// Calls visit(field name, reference to the member) for each field that is one plain value, in the order of
// printing.
template <class AnyPackage, class Visit>
void each_plain_field(AnyPackage& package, Visit&& visit) {
    visit("Package", package.name);
    visit("Version", package.version);
    visit("Architecture", package.architecture);
    visit("Maintainer", package.maintainer);
    visit("Original-Maintainer", package.original_maintainer);
    visit("Installed-Size", package.installed_size);
    visit("Multi-Arch", package.multi_arch);
    visit("Essential", package.essential);
    visit("Build-Essential", package.build_essential);
    visit("Section", package.section);
    visit("Priority", package.priority);
    visit("Homepage", package.homepage);
    visit("Description", package.description);
    visit("Description-md5", package.description_md5);
    visit("Filename", package.filename);
    visit("Size", package.size);
    visit("MD5sum", package.md5sum);
    visit("SHA256", package.sha256);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpaces = " \t\n";
    const std::size_t first = text.find_first_not_of(kSpaces);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

// The items between commas, without the white space around them; an empty one at the end is left out.
TextList split_items(std::string_view text) {
    TextList items;
    while (!trimmed(text).empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        items.emplace_back(trimmed(text.substr(0, comma)));
        std::replace(items.back().begin(), items.back().end(), '\n', ' ');
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return items;
}

// Reads the fields of one stanza into one entry.
class EntryReader {
public:
    EntryReader(const Stanza& stanza, const std::string& input_name) : stanza_(stanza), input_name_(input_name) {}

    Entry read() {
        std::vector<const Field*> known;
        each_plain_field(entry_.package, [&](std::string_view name, auto& member) {
            const Field* field = stanza_.find(name);
            known.push_back(field);
            if (field != nullptr) read_value(*field, member);
        });
        for (const std::string_view name : {"Package", "Version", "Architecture", "Maintainer", "Description"}) {
            const Field* field = stanza_.find(name);
            if (field == nullptr)
                fail(stanza_.line, "the stanza that begins here has no field " + std::string(name));
            if (field->value.empty()) fail(field->line, "the field " + std::string(name) + " is empty");
        }
        known.push_back(read_source());
        known.push_back(read_list("Tag", entry_.package.tags));
        known.push_back(read_list("Built-Using", entry_.package.built_using));
        for (const RelationField& relation : kRelationFields) known.push_back(read_relations(relation));
        for (const Field& field : stanza_.fields) {
            if (std::find(known.begin(), known.end(), &field) == known.end()) {
                entry_.package.other_fields.push_back({field.name, field.value});
            }
        }
        return std::move(entry_);
    }

private:
    void read_value(const Field& field, Text& value) { value = field.value; }
    void read_value(const Field& field, OptionalText& value) { value = field.value; }

    void read_value(const Field& field, bool& value) {
        if (field.value != "yes" && field.value != "no") {
            fail(field.line, quoted(field.value) + " is neither yes nor no, as " + field.name + " must be");
        }
        value = field.value == "yes";
    }

    void read_value(const Field& field, OptionalNumber& value) {
        const char* end = field.value.data() + field.value.size();
        const auto [parsed, error] = std::from_chars(field.value.data(), end, value.emplace());
        if (error != std::errc{} || parsed != end) {
            fail(field.line, quoted(field.value) + " is not a whole number, as " + field.name + " must be");
        }
    }

    void read_value(const Field& field, MultiArch& value) {
        const auto found = std::find_if(std::begin(kMultiArchNames), std::end(kMultiArchNames),
                                        [&](const MultiArchName& each) { return each.name == field.value; });
        if (found == std::end(kMultiArchNames)) {
            fail(field.line,
                 quoted(field.value) + " is none of no, same, foreign and allowed, as Multi-Arch must be");
        }
        value = found->value;
    }

    template <std::size_t N>
    void read_value(const Field& field, OptionalDigest<N>& value) {
        const std::string& text = field.value;
        value.emplace();
        bool good = text.size() == 2 * N;
        for (std::size_t i = 0; good && i < N; ++i) {
            const char* digits = text.data() + 2 * i;
            const auto [parsed, error] = std::from_chars(digits, digits + 2, (*value)[i], 16);
            good = error == std::errc{} && parsed == digits + 2;
        }
        if (!good) {
            fail(field.line, quoted(text) + " is not " + std::to_string(2 * N) + " hexadecimal digits, as " +
                                 field.name + " must be");
        }
    }

    // "Source: name" or "Source: name (version)"; without the field, the package is built from its namesake.
    const Field* read_source() {
        Package& package = entry_.package;
        const Field* field = stanza_.find("Source");
        package.source = field == nullptr ? package.name : field->value;
        const std::size_t opening = package.source.find('(');
        if (opening == std::string::npos) return field;
        if (package.source.back() != ')')
            fail(field->line, quoted(field->value) + " lacks the ')' after the version");
        package.source_version =
            trimmed(std::string_view(field->value).substr(opening + 1, field->value.size() - opening - 2));
        package.source = trimmed(std::string_view(field->value).substr(0, opening));
        return field;
    }

    const Field* read_list(std::string_view name, TextList& list) {
        const Field* field = stanza_.find(name);
        if (field != nullptr) list = split_items(field->value);
        return field;
    }

    const Field* read_relations(const RelationField& relation) {
        const Field* field = read_list(relation.name, entry_.package.*relation.member);
        if (field == nullptr) return nullptr;
        try {
            add_dependencies(relation.kind, parse_relations(field->value));
        } catch (const MalformedRelation& error) {
            fail(field->line, field->name + ": " + error.what());
        }
        return field;
    }

    void add_dependencies(DependencyKind kind, const std::vector<RelationGroup>& groups) {
        std::uint32_t position = 0;
        for (std::size_t item = 0; item < groups.size(); ++item) {
            for (const Relation& relation : groups[item]) {
                Dependency& dependency = entry_.dependencies.emplace_back();
                dependency.target = relation.package;
                dependency.kind = kind;
                dependency.depender = entry_.package.name;
                dependency.depender_version = entry_.package.version;
                dependency.depender_architecture = entry_.package.architecture;
                dependency.position = position++;
                dependency.item = static_cast<std::uint32_t>(item);
                if (!relation.qualifier.empty()) dependency.target_architecture = relation.qualifier;
                if (relation.comparison != Comparison::any) {
                    dependency.constraint = std::string(to_string(relation.comparison)) + " " + relation.version;
                }
            }
        }
    }

    [[noreturn]] void fail(std::uint64_t line, const std::string& sentence) const {
        throw MalformedInput(input_name_, line, sentence);
    }

    const Stanza& stanza_;
    const std::string& input_name_;
    Entry entry_{};
};

std::string joined(const TextList& items) {
    std::string text;
    for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
    return text;
}

// The value of a member as its field spells it; nothing when the field is absent.
OptionalText text_of(const Text& value) {
    return value;
}
OptionalText text_of(const OptionalText& value) {
    return value;
}
OptionalText text_of(const OptionalNumber& value) {
    return value ? OptionalText(std::to_string(*value)) : std::nullopt;
}
OptionalText text_of(bool value) {
    return value ? OptionalText("yes") : std::nullopt;
}
OptionalText text_of(MultiArch value) {
    if (value == MultiArch::no) return std::nullopt;
    return Text(kMultiArchNames[static_cast<std::size_t>(value)].name);
}
template <std::size_t N>
OptionalText text_of(const OptionalDigest<N>& value) {
    if (!value) return std::nullopt;
    constexpr std::string_view kDigits = "0123456789abcdef";
    Text text;
    for (const std::uint8_t byte : *value) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

void print_field(std::ostream& out, std::string_view name, std::string_view value) {
    out << name << ':';
    if (!value.empty() && value.front() != '\n') out << ' ';
    for (const char c : value) {
        out << c;
        if (c == '\n') out << ' ';
    }
    out << '\n';
}

}  // namespace

Entry entry_of(const Stanza& stanza, const std::string& input_name) {
    return EntryReader(stanza, input_name).read();
}

void print_stanza(std::ostream& out, const Package& package) {
    each_plain_field(package, [&](std::string_view name, const auto& member) {
        if (const OptionalText text = text_of(member)) print_field(out, name, *text);
        if (name != "Package" || (package.source == package.name && !package.source_version)) return;
        print_field(out, "Source",
                    package.source + (package.source_version ? " (" + *package.source_version + ")" : ""));
    });
    for (const RelationField& relation : kRelationFields) {
        const TextList& items = package.*relation.member;
        if (!items.empty()) print_field(out, relation.name, joined(items));
    }
    if (!package.built_using.empty()) print_field(out, "Built-Using", joined(package.built_using));
    if (!package.tags.empty()) print_field(out, "Tag", joined(package.tags));
    for (const OtherField& other : package.other_fields) print_field(out, other.name, other.value);
}

}  // namespace catalog
