// Reads the schemas, compares their tables, asks the library about the buffers.
#include "check.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "conformance.hpp"
#include "declared_tables.hpp"
#include "names.hpp"
#include "pairing.hpp"
#include "reachable.hpp"

namespace cambium::codegen {

namespace {

std::unique_ptr<Schema> read(const SchemaText& text, const std::vector<std::string>& include_folders,
                             std::vector<std::string>& errors) {
    Diagnostics diagnostics{text.file, text.text};
    auto schema = read_schema(text.file, text.text, include_folders, diagnostics);
    errors.insert(errors.end(), diagnostics.sentences().begin(), diagnostics.sentences().end());
    return schema;
}

/// What an earlier schema has stored: qualified names of definitions.
struct Stored {
    std::set<std::string> in_buffers;  ///< FlatBuffers' rules hold for these
    std::set<std::string> by_name;     ///< of fields: codecs cbor and json
    std::set<std::string> with_names;  ///< of enumerators too: codec json
    std::set<std::string> at_all;
};

std::set<std::string> all_definitions(const Schema& schema) {
    std::set<std::string> names;
    for (const auto& record : schema.records) names.insert(schema_name(record->scope, record->name));
    for (const auto& enumeration : schema.enums) names.insert(schema_name(enumeration->scope, enumeration->name));
    for (const auto& alternatives : schema.unions)
        names.insert(schema_name(alternatives->scope, alternatives->name));
    return names;
}

/// A schema without tables is one of buffers. With tables its root type is one, unless that is a table.
Stored stored_by(const Schema& schema) {
    if (schema.tables.empty()) return {all_definitions(schema), {}, {}, all_definitions(schema)};
    const auto of = [&](const std::vector<std::string>& codecs) {
        return records_of_tables(schema, [&](const Table& table) {
            return std::find(codecs.begin(), codecs.end(), table.codec) != codecs.end();
        });
    };
    std::vector<const Record*> all = records_of_tables(schema, [](const Table&) { return true; });
    std::vector<const Record*> in_buffers = of({"flatbuffers"});
    if (schema.root != nullptr && std::find(all.begin(), all.end(), schema.root) == all.end()) {
        in_buffers.push_back(schema.root);
        all.push_back(schema.root);
    }
    return {reachable(in_buffers), reachable(of({"cbor", "json"})), reachable(of({"json"})), reachable(all)};
}

/// Calls `visit` with each pair of definitions that have the same name, one of `names`.
template <class List, class Visit>
void each_pair(const List& before, const List& now, const std::set<std::string>& names, const Visit& visit) {
    for (const auto& one : before) {
        const std::string name = schema_name(one->scope, one->name);
        if (names.count(name) == 0) continue;
        for (const auto& other : now)
            if (name == schema_name(other->scope, other->name)) visit(*one, *other);
    }
}

template <class List, class Matches>
auto find_if(const List& list, const Matches& matches) {
    const auto found = std::find_if(list.begin(), list.end(), matches);
    return found == list.end() ? nullptr : &*found;
}

template <class Definition>
using PairsOf = std::vector<std::pair<const Definition*, const Definition*>>;

/// `pairs`, in the order of `before`, and those of equal names: of `names` those that are in no pair yet.
template <class Definition, class List>
PairsOf<Definition> with_names(const PairsOf<Definition>& pairs, const List& before, const List& now,
                               const std::set<std::string>& names) {
    PairsOf<Definition> result;
    for (const auto& one : before) {
        const std::size_t others = result.size();
        for (const auto& pair : pairs)
            if (pair.first == one.get()) result.push_back(pair);
        if (result.size() != others) continue;
        const std::string name = schema_name(one->scope, one->name);
        for (const auto& other : now)
            if (names.count(name) != 0 && name == schema_name(other->scope, other->name))
                result.emplace_back(one.get(), other.get());
    }
    return result;
}

/// "enum E", or "enum E, State now".
template <class Definition>
std::string text_of(const std::string& kind, const Definition& before, const Definition& now) {
    return kind + " " + before.name + (before.name == now.name ? "" : ", " + now.name + " now");
}

std::string type_of(const UnionMember& member) {
    Field field;
    field.type = member.type;
    return catalog_type(field);
}

std::string record_of(const UnionMember& member) {
    return member.type.record == nullptr ? "string"
                                         : schema_name(member.type.record->scope, member.type.record->name);
}

/// Whether two members are one under another name: of the same table or struct, or of none.
bool is_same_content(const UnionMember& one, const UnionMember& other) {
    return (one.type.record == nullptr) == (other.type.record == nullptr) &&
           (one.type.record == nullptr || one.type.record->name == other.type.record->name);
}

/// Whether what was `old` reads as `member`, although another one now has the name or the content of `old`.
bool has_moved(const UnionMember& old, const UnionMember& member, const std::vector<UnionMember>& now) {
    if (type_of(old) != type_of(member)) return false;  // then the tables, or the library, say so
    const auto another = [&](const auto& is_old) {
        return std::any_of(now.begin(), now.end(),
                           [&](const UnionMember& other) { return &other != &member && is_old(other); });
    };
    if (old.name != member.name && another([&](const UnionMember& other) { return other.name == old.name; }))
        return true;
    return !is_same_content(old, member) &&
           another([&](const UnionMember& other) { return is_same_content(old, other); });
}

/// What is compared outside of tables: definitions that stand for each other.
class DefinitionComparison {
public:
    DefinitionComparison(const Schema& before, const Schema& now, std::vector<Difference>& differences)
        : before_{before},
          now_{now},
          stored_{stored_by(before)},
          pairs_{pair_definitions(before, now)},
          differences_{differences} {}

    /// Gives what is left to be asked of the library: of the others it is said what differs.
    std::set<std::string> run() {
        for (const auto& [before, now] : with_names(pairs_.enums, before_.enums, now_.enums, stored_.at_all))
            compare_enums(*before, *now);
        for (const auto& [before, now] : with_names(pairs_.unions, before_.unions, now_.unions, stored_.at_all))
            compare_unions(*before, *now);
        for (const auto& [before, now] : pairs_.buffers) compare_deprecated(*before, *now);
        const std::set<std::string> in_buffers = stored_.in_buffers;
        each_pair(before_.records, now_.records, in_buffers,
                  [this](const Record& before, const Record& now) { compare_structs(before, now); });
        each_pair(before_.records, now_.records, stored_.by_name, [&](const Record& before, const Record& now) {
            if (in_buffers.count(schema_name(now.scope, now.name)) == 0) compare_defaults(before, now);
        });
        compare_names();
        compare_log_limits();
        return std::move(stored_.in_buffers);
    }

private:
    void refuse(const std::string& sentence) { differences_.push_back({false, sentence}); }

    /// Codecs store the number of an enumerator, or its name.
    void compare_enums(const Enum& before, const Enum& now) {
        for (const Enumerator& old : before.values) {
            const std::string what = text_of("enum", before, now) + ": " + old.name;
            const auto* const named = find_if(now.values, [&](const Enumerator& e) { return e.name == old.name; });
            const auto* const numbered =
                find_if(now.values, [&](const Enumerator& e) { return e.value == old.value; });
            if (named != nullptr) {
                if (named->value != old.value)
                    refuse(what + " was " + old.value + ", is " + named->value +
                           " now; give it its number back, and others numbers that none had");
            } else if (numbered == nullptr) {
                refuse(what + " (" + old.value + ") is gone, and records may hold it; keep it");
            } else if (stored_.with_names.count(schema_name(before.scope, before.name)) != 0) {
                refuse(what + " is " + numbered->name +
                       " now, and codec json stores the names; give it its name back");
            }
        }
    }

    /// Where a table holds the union and the types differ, the tables say so too.
    void compare_unions(const Union& before, const Union& now) {
        const std::size_t said = differences_.size();
        const std::string name = schema_name(before.scope, before.name);
        const bool is_buffer = stored_.in_buffers.count(name) != 0;
        if (!is_buffer || stored_.by_name.count(name) != 0) compare_positions(before, now);
        if (is_buffer && differences_.size() == said) compare_type_numbers(before, now);
        if (differences_.size() != said) stored_.in_buffers.erase(name);
    }

    /// Codecs cbor and json store the position of a member.
    void compare_positions(const Union& before, const Union& now) {
        for (std::size_t i = 0; i < std::min(before.members.size(), now.members.size()); ++i)
            if (has_moved(before.members[i], now.members[i], now.members))
                refuse_member(text_of("union", before, now), std::to_string(i + 1), before.members[i],
                              now.members[i]);
    }

    /// Buffers store its type number. The library looks at the names of members, not at their types.
    void compare_type_numbers(const Union& before, const Union& now) {
        for (const UnionMember& old : before.members) {
            const auto* const member =
                find_if(now.members, [&](const UnionMember& other) { return other.value == old.value; });
            if (member == nullptr) continue;
            const bool is_another = type_of(old) != type_of(*member) && record_of(old) != record_of(*member);
            if (is_another || has_moved(old, *member, now.members))
                refuse_member("buffers: " + text_of("union", before, now), old.value, old, *member);
        }
    }

    /// By the names of the members, unless those tell no difference.
    void refuse_member(const std::string& what, const std::string& number, const UnionMember& was,
                       const UnionMember& is) {
        const bool by_name = type_of(was) == type_of(is) && was.name != is.name;
        refuse(what + ": member " + number + " was " + (by_name ? was.name : record_of(was)) + ", is " +
               (by_name ? is.name : record_of(is)) +
               " now; members keep their numbers, and new ones go to the end");
    }

    /// The library lets structs grow; no reader of the old bytes survives that.
    void compare_structs(const Record& before, const Record& now) {
        if (!before.is_struct || !now.is_struct || struct_layout(before) == struct_layout(now)) return;
        refuse("buffers: struct " + now.name + " was " + struct_layout(before) + ", is " + struct_layout(now) +
               " now; a struct never changes: give the new one another name, and a new field");
        stored_.in_buffers.erase(schema_name(now.scope, now.name));
    }

    /// Nothing says any more that the place of such a field is taken: the next new field would get it. When one has
    /// it already, the tables say so.
    void compare_deprecated(const Record& before, const Record& now) {
        if (before.is_struct || now.is_struct) return;
        const auto places = [](const Field& field) { return field.type.kind == Kind::variant ? 2 : 1; };
        int left = 0;
        for (const Field& field : now.fields) left += places(field);
        for (const Field& field : before.fields) {
            left -= places(field);
            if (left < 0 && field.is_deprecated)
                refuse("buffers: table " + now.name + ": field " + field.name +
                       ", deprecated, is gone: a new field would take its place; keep it as (deprecated)");
        }
    }

    /// Codecs cbor and json store every field that the record had then. Of records in buffers the library says
    /// more.
    void compare_defaults(const Record& before, const Record& now) {
        for (const Field& old : before.fields) {
            const Field* const field = now.find(old.name);
            const bool are_numbers = field != nullptr && !old.is_deprecated && !old.default_value.empty() &&
                                     !field->default_value.empty() && old.type.kind == field->type.kind;
            if (!are_numbers || old.default_value == field->default_value) continue;
            differences_.push_back({true, "record " + now.name + ": the default of field " + old.name + " was " +
                                              old.default_value + ", is " + field->default_value +
                                              " now; records that were stored before there was the field read it"});
        }
    }

    /// Records whose table has another name now: nothing else tells such a table from a new one.
    void compare_names() {
        const auto has_table = [](const Schema& schema, const std::string& name) {
            return find_if(schema.tables, [&](const Table& t) { return t.name == name; }) != nullptr;
        };
        for (const Table& old_table : before_.tables)
            for (const Table& new_table : now_.tables) {
                if (schema_name(old_table.record->scope, old_table.record->name) !=
                    schema_name(new_table.record->scope, new_table.record->name))
                    continue;
                if (new_table.former_name == old_table.name) continue;  // the declaration says so
                if (!has_table(now_, old_table.name) && !has_table(before_, new_table.name))
                    refuse("record " + new_table.record->name + ": its table was \"" + old_table.name +
                           "\", is \"" + new_table.name +
                           "\" now; the stored records stay under the old name, unless " +
                           "cambium_renamed_from: \"" + old_table.name + "\" takes them along");
            }
    }

    /// The catalog does not keep them, so the tables do not say so.
    void compare_log_limits() {
        const auto limits = [](const Table& table) {
            std::map<std::string, std::string> sorted{table.log_limits.begin(), table.log_limits.end()};
            std::string text;
            for (const auto& [name, number] : sorted) text += (text.empty() ? "" : ", ") + name + " " + number;
            return text.empty() ? "none" : text;
        };
        for (const Table& table : now_.tables) {
            const Table* const old = table_before(before_, table);
            if (old == nullptr || !old->keeps_log || !table.keeps_log || limits(*old) == limits(table)) continue;
            differences_.push_back({true, "table \"" + table.name + "\": the limits of the log become " +
                                              limits(table) + ", were " + limits(*old)});
        }
    }

    const Schema& before_;
    const Schema& now_;
    Stored stored_;
    Pairs pairs_;
    std::vector<Difference>& differences_;
};

}  // namespace

bool CheckResult::is_compatible() const noexcept {
    return std::all_of(differences.begin(), differences.end(), [](const Difference& d) { return d.is_compatible; });
}

CheckResult check_schemas(const SchemaText& old_schema, const SchemaText& new_schema,
                          const std::vector<std::string>& include_folders) {
    CheckResult result;
    const auto before = read(old_schema, include_folders, result.errors);
    const auto now = read(new_schema, include_folders, result.errors);
    if (!result.errors.empty()) return result;
    const std::set<std::string> in_buffers = DefinitionComparison{*before, *now, result.differences}.run();
    for (const std::string& objection : conformance(old_schema, new_schema, include_folders, in_buffers))
        result.differences.push_back({false, "buffers: " + objection});
    const auto tables = compare(declared_tables(*before), declarations(*now));
    result.differences.insert(result.differences.end(), tables.begin(), tables.end());
    return result;
}

CheckResult check_tables(const std::vector<TableInfo>& tables, const SchemaText& schema,
                         const std::vector<std::string>& include_folders) {
    CheckResult result;
    if (const auto now = read(schema, include_folders, result.errors))
        result.differences = compare(tables, declarations(*now));
    return result;
}

}  // namespace cambium::codegen
