// Reads the schemas, compares their tables, asks the library about the buffers.
#include "check.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "conformance.hpp"
#include "declared_tables.hpp"
#include "names.hpp"
#include "pairing.hpp"

namespace cambium::codegen {

namespace {

std::unique_ptr<Schema> read(const SchemaText& text, const std::vector<std::string>& include_folders,
                             std::vector<std::string>& errors) {
    Diagnostics diagnostics{text.file, text.text};
    auto schema = read_schema(text.file, text.text, include_folders, diagnostics, Told::all_tables);
    for (std::string& sentence : diagnostics.sentences()) errors.push_back(std::move(sentence));
    return schema;
}

template <class List, class Matches>
auto find_if(const List& list, const Matches& matches) {
    const auto found = std::find_if(list.begin(), list.end(), matches);
    return found == list.end() ? nullptr : &*found;
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
    if (!has_same_catalog_type(old.type, member.type)) return false;  // then the tables, or the library, say so
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
        : before_{before}, now_{now}, pairs_{pair_definitions(before, now)}, differences_{differences} {}

    /// Gives what is left to be asked of the library: of the others it is said what differs.
    Pairs run() {
        compare_roots();
        for (const Pair<Enum>& pair : pairs_.enums) compare_enums(pair);
        for (Pair<Union>& pair : pairs_.unions) compare_unions(pair);
        for (const Pair<Record>& pair : pairs_.records)
            if (pair.is_in(Form::buffer)) compare_deprecated(pair);
        for (const Pair<Record>& pair : pairs_.records)
            if ((pair.is_in(Form::cbor) || pair.is_in(Form::json)) && !pair.is_in(Form::buffer) &&
                has_same_name(*pair.before, *pair.now))
                compare_defaults(*pair.before, *pair.now);
        compare_names();
        compare_record_names();
        compare_log_limits();
        return std::move(pairs_);
    }

private:
    void refuse(const std::string& sentence) { differences_.push_back({false, sentence}); }
    void tell(const std::string& sentence) { differences_.push_back({true, sentence}); }

    /// The library does not look at these.
    void compare_roots() {
        const auto name_of = [](const Record* root) {
            return root == nullptr ? "none" : schema_name(root->scope, root->name);
        };
        const Record* const old = before_.root;
        const Record* const root = now_.root;
        const Table* const table = old == nullptr ? nullptr : table_of(before_, *old);
        const bool is_sent =
            old == nullptr ? root != nullptr && table_of(now_, *root) == nullptr : table == nullptr;
        if (is_sent && name_of(old) != name_of(root))
            tell("buffers: the root_type was " + name_of(old) + ", is " + name_of(root) + " now");
        if (old != nullptr && root != nullptr && (table == nullptr || table->codec == "flatbuffers"))
            compare_identifiers(table != nullptr);
    }

    void compare_identifiers(bool is_stored) {
        const auto text = [](const std::string& name) { return name.empty() ? "none" : "\"" + name + "\""; };
        const std::string& old = before_.file_identifier;
        const std::string& identifier = now_.file_identifier;
        if (old == identifier) return;
        const std::string what =
            "buffers: the file_identifier was " + text(old) + ", is " + text(identifier) + " now";
        if (identifier.empty())
            tell(what + "; buffers may have any");
        else if (is_stored)
            tell(what + "; the store does not ask for it, other readers refuse buffers of before");
        else
            refuse(what + ", and readers that ask for it refuse buffers of before; leave it as it was");
    }

    /// Codecs store the number of an enumerator, or its name.
    void compare_enums(const Pair<Enum>& pair) {
        std::map<std::string_view, const Enumerator*> by_name;
        std::map<std::string_view, const Enumerator*> by_number;
        for (const Enumerator& one : pair.now->values) {
            by_name.emplace(one.name, &one);
            by_number.emplace(one.value, &one);
        }
        const auto in = [](const auto& enumerators, const std::string& word) {
            const auto found = enumerators.find(word);
            return found == enumerators.end() ? nullptr : found->second;
        };
        for (const Enumerator& old : pair.before->values) {
            const std::string what = text_of("enum", pair) + ": " + old.name;
            const Enumerator* const named = in(by_name, old.name);
            const Enumerator* const numbered = in(by_number, old.value);
            if (named != nullptr) {
                if (named->value != old.value)
                    refuse(what + " was " + old.value + ", is " + named->value +
                           " now; give it its number back, and others numbers that none had");
            } else if (numbered == nullptr) {
                refuse(what + " (" + old.value + ") is gone, and records may hold it; keep it");
            } else if (pair.is_in(Form::json)) {
                refuse(what + " is " + numbered->name +
                       " now, and codec json stores the names; give it its name back");
            }
        }
    }

    /// Where a table holds the union and the types differ, the tables say so too.
    void compare_unions(Pair<Union>& pair) {
        const std::size_t said = differences_.size();
        const bool is_only_in_buffers = pair.forms == std::set<Form>{Form::buffer};
        if (!is_only_in_buffers) compare_positions(pair);
        if (pair.is_in(Form::buffer) && differences_.size() == said) compare_type_numbers(pair);
        if (differences_.size() != said) pair.forms.erase(Form::buffer);
    }

    /// Codecs cbor and json store the position of a member.
    void compare_positions(const Pair<Union>& pair) {
        const auto& before = pair.before->members;
        const auto& now = pair.now->members;
        for (std::size_t i = 0; i < std::min(before.size(), now.size()); ++i)
            if (has_moved(before[i], now[i], now))
                refuse_member(text_of("union", pair), std::to_string(i + 1), before[i], now[i]);
    }

    /// Buffers store its type number. The library looks at the names of members, not at their types.
    void compare_type_numbers(const Pair<Union>& pair) {
        const auto& now = pair.now->members;
        for (const UnionMember& old : pair.before->members) {
            const auto* const member =
                find_if(now, [&](const UnionMember& other) { return other.value == old.value; });
            if (member == nullptr) continue;
            if (is_another(old.type, member->type) || has_moved(old, *member, now))
                refuse_member("buffers: " + text_of("union", pair), old.value, old, *member);
        }
    }

    /// By the names of the members, unless those tell no difference.
    void refuse_member(const std::string& what, const std::string& number, const UnionMember& was,
                       const UnionMember& is) {
        const bool by_name = has_same_catalog_type(was.type, is.type) && was.name != is.name;
        refuse(what + ": member " + number + " was " + (by_name ? was.name : record_of(was)) + ", is " +
               (by_name ? is.name : record_of(is)) +
               " now; members keep their numbers, and new ones go to the end");
    }

    /// Nothing says any more that the place of such a field is taken: the next new field would get it. When one has
    /// it already, that is told of the new one.
    void compare_deprecated(const Pair<Record>& pair) {
        if (pair.before->is_struct || pair.now->is_struct) return;
        const auto places = [](const Field& field) { return field.type.kind == Kind::variant ? 2 : 1; };
        int left = 0;
        for (const Field& field : pair.now->fields) left += places(field);
        for (const Field& field : pair.before->fields) {
            left -= places(field);
            if (left < 0 && field.is_deprecated)
                refuse("buffers: " + text_of(pair) + ": field " + field.name +
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
            tell("record " + now.name + ": the default of field " + old.name + " was " + old.default_value +
                 ", is " + field->default_value +
                 " now; records that were stored before there was the field read it");
        }
    }

    /// Records whose table has another name now: nothing else tells such a table from a new one.
    void compare_names() {
        const std::vector<const Table*> tables = now_.all_tables();
        for (const Table* old_table : before_.all_tables()) {
            const auto takes_over = [&](const Table* table) {
                const std::vector<std::string>& names = table->former_names;
                return std::find(names.begin(), names.end(), old_table->name) != names.end();
            };
            if (now_.find_table(old_table->name) != nullptr || find_if(tables, takes_over) != nullptr) continue;
            for (const Table* new_table : tables)
                if (has_same_name(*old_table->record, *new_table->record) &&
                    before_.find_table(new_table->name) == nullptr)
                    refuse("record " + new_table->record->name + ": its table was \"" + old_table->name +
                           "\", is \"" + new_table->name +
                           "\" now; the stored records stay under the old name, unless " +
                           "cambium_renamed_from: \"" + old_table->name + "\" takes them along");
        }
    }

    /// Of a record that is that of another table now: where the fields are equal, nothing else tells.
    void compare_record_names() {
        const std::vector<const Table*> tables = now_.all_tables();
        for (const Table* table : tables) {
            const Table* const old = table_before(before_, *table);
            if (old == nullptr || has_same_name(*old->record, *table->record)) continue;
            for (const Table* other : tables)
                if (has_same_name(*old->record, *other->record))
                    tell("table \"" + table->name + "\": its record was " + old->record->name + ", is " +
                         table->record->name + " now; " + old->record->name + " is that of table \"" + other->name +
                         "\" now");
        }
    }

    /// The catalog does not keep them, so the tables do not say so.
    void compare_log_limits() {
        const auto limits = [](const Table& table) {
            std::map<std::string, std::string> sorted{table.log_limits.begin(), table.log_limits.end()};
            std::string text;
            for (const auto& [name, number] : sorted)
                text.append(text.empty() ? "" : ", ").append(name).append(" ").append(number);
            return text.empty() ? "none" : text;
        };
        for (const Table* table : now_.all_tables()) {
            const Table* const old = table_before(before_, *table);
            if (old == nullptr || !old->keeps_log || !table->keeps_log || limits(*old) == limits(*table)) continue;
            tell("table \"" + table->name + "\": the limits of the log become " + limits(*table) + ", were " +
                 limits(*old));
        }
    }

    const Schema& before_;
    const Schema& now_;
    Pairs pairs_;
    std::vector<Difference>& differences_;
};

/// Whether the differences of the tables have it: the field is one of a table.
bool is_told(const Objection& objection, const Schema& now, const std::vector<Difference>& tables) {
    const Table* table = objection.record == nullptr ? nullptr : table_of(now, *objection.record);
    if (table == nullptr || objection.field.empty()) return false;
    const std::string owner = "table \"" + table->name + "\": ";
    return std::any_of(tables.begin(), tables.end(), [&](const Difference& one) {
        return !one.is_compatible && one.sentence.compare(0, owner.size(), owner) == 0 &&
               one.sentence.find("field \"" + objection.field + '"') != std::string::npos;
    });
}

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
    const Pairs pairs = DefinitionComparison{*before, *now, result.differences}.run();
    std::vector<TableInfo> stored = declared_tables(*before);
    for (TableInfo& table : stored) table.enums.clear();  // compared above
    const auto tables = compare(stored, declarations(*now));
    for (const Objection& objection : conformance(old_schema, new_schema, include_folders, pairs))
        if (!is_told(objection, *now, tables))
            result.differences.push_back({false, "buffers: " + objection.sentence});
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
