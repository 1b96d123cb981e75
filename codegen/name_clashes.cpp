// Maps from a name to who has it, filled with what is certain to stay, then asked for each name that may change.
#include "name_clashes.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "names.hpp"
#include "reserved_names.hpp"
#include "writers.hpp"

namespace cambium::codegen {

namespace {

using Namespace = std::vector<std::string>;

std::string dotted(const Namespace& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ".") + part;
    return text;
}

std::string upper(std::string text) {
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

bool is_prefix(const Namespace& outer, const Namespace& inner) {
    return outer.size() <= inner.size() && std::equal(outer.begin(), outer.end(), inner.begin());
}

/// The part of flatc's name of a definition that is looked for first.
const std::string& first_part(const Scope& scope) {
    static const std::string kWithoutNamespace = "fb";
    return scope.components.empty() ? kWithoutNamespace : scope.components.front();
}

const Scope* scope_of(const Type& type) {
    if (type.enumeration != nullptr) return &type.enumeration->scope;
    if (type.alternatives != nullptr) return &type.alternatives->scope;
    return type.record != nullptr ? &type.record->scope : nullptr;
}

struct Definition {
    std::string kind;
    std::string name;
    const Scope* scope;
};

std::vector<Definition> definitions_of(const Schema& schema) {
    std::vector<Definition> result;
    for (const auto& one : schema.enums) result.push_back({"enum", one->name, &one->scope});
    for (const auto& one : schema.records)
        result.push_back({one->is_struct ? "struct" : "table", one->name, &one->scope});
    for (const auto& one : schema.unions) result.push_back({"union", one->name, &one->scope});
    return result;
}

class NameClashes {
public:
    NameClashes(const Schema& schema, Diagnostics& diagnostics)
        : schema_{schema}, diagnostics_{diagnostics}, definitions_{definitions_of(schema)} {
        for (const Definition& one : definitions_) first_definitions_.emplace(one.scope->components, &one);
    }

    void run() {
        claim_namespaces();
        claim_types();
        claim_tables();
        claim_predicates();
        check_parts_of_flatc();
        check_hidden_namespaces();
        for (const auto& record : schema_.records) {
            check_members(*record);
            records_before_.insert({record->scope.components, record->name});
        }
        check_former_names();
    }

private:
    void report(const Definition& definition, const std::string& sentence, const std::string& field = "") {
        const std::string inner = field.empty() ? "" : ", field " + field;
        diagnostics_.report({definition.scope->file, schema_name(*definition.scope, definition.name), field},
                            definition.kind + " " + definition.name + inner + ": " + sentence);
    }

    /// Says nothing of a table of an included file: that is said when that file is generated from.
    void report(const Table& table, const std::string& attribute, const std::string& sentence) {
        const Record& record = *table.record;
        if (!record.scope.in_main_file) return;
        diagnostics_.report({record.scope.file, schema_name(record.scope, record.name), {}, attribute},
                            "table \"" + table.name + "\": " + sentence);
    }

    /// Who has the name: "is that of namespace shop.parts already". Empty: nobody had, now it is `owner`.
    std::string claim(const Namespace& where, const std::string& name, const std::string& owner) {
        const auto [found, is_new] = owners_.try_emplace({where, name}, owner);
        return is_new ? "" : found->second;
    }

    void claim_namespaces() {
        std::set<Namespace> told;
        for (const auto& [parts, definition] : first_definitions_) {
            claim(parts, "fb", "is that of the namespace of flatc's types already");
            for (std::size_t i = 0; i < parts.size(); ++i) {
                const Namespace outer{parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(i)};
                const Namespace inner{parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(i) + 1};
                if (parts[i] == "fb" && first_definitions_.count(outer) != 0 && !outer.empty() &&
                    told.insert(inner).second)
                    report(*definition, "namespace " + dotted(inner) + " is where flatc's types of namespace " +
                                            dotted(outer) + " are; choose another name than fb");
                claim(outer, parts[i], "is that of namespace " + dotted(inner) + " already");
            }
        }
        for (const char* library : {"boost", "cambium", "flatbuffers", "std"})
            claim({}, library, std::string{"is that of namespace "} + library + " already");
    }

    void claim_types() {
        for (const Definition& one : definitions_)
            if (const std::string owner =
                    claim(one.scope->components, one.name, "is already the name of a type of the schema");
                !owner.empty())
                report(one, "its name " + owner + "; choose another");
    }

    void claim_tables() {
        for (const auto* list : {&schema_.included_tables, &schema_.tables})
            for (const Table& table : *list)
                if (is_identifier(table.cpp_name)) claim_table(table);  // else reported by who read the table
    }

    /// Tells of one of its names when both are taken.
    void claim_table(const Table& table) {
        for (const std::string& name : {table.cpp_name, table.cpp_name + "As"}) {
            const Namespace& where = table.record->scope.components;
            std::string owner = claim(where, name, "is that of table \"" + table.name + "\" already");
            if (owner.empty() && where.empty() && is_in_c_library(name)) owner = "is one of the C library already";
            if (!owner.empty() && owner.find("table \"" + table.name + "\"") == std::string::npos)
                return report(table, "cambium_table", name_is_taken(name, owner));
        }
    }

    static std::string name_is_taken(const std::string& name, const std::string& owner) {
        const bool is_type = owner.find("type of the schema") != std::string::npos;
        return "its C++ name " + name + " " + owner + "; name the table otherwise" +
               (is_type ? ", for example in the plural" : "");
    }

    // The generated header declares the predicates, and where<&name> needs the name to mean one function.
    void claim_predicates() {
        for (const auto* list : {&schema_.included_tables, &schema_.tables})
            for (const Table& table : *list) {
                std::set<std::string> own;
                for (const Index& index : table.indexes) {
                    if (index.predicate.empty() || !own.insert(index.predicate).second) continue;
                    const Namespace& where = table.record->scope.components;
                    std::string owner =
                        claim(where, index.predicate, "is one of table \"" + table.name + "\" already");
                    if (owner.empty() && where.empty() && is_in_c_library(index.predicate))
                        owner = "is one of the C library already";
                    if (owner.empty() && is_taken_by_flatc(FlatcPlace::name_space, index.predicate))
                        owner = "is one of the code that flatc writes already";
                    if (!owner.empty())
                        report(table, index.is_unique ? "cambium_unique" : "cambium_index",
                               "index \"" + index.name + "\": the predicate " + index.predicate + " " + owner +
                                   "; name it otherwise");
                }
            }
    }

    // What flatc adds beside a definition.
    void check_parts_of_flatc() {
        std::map<std::pair<Namespace, std::string>, std::string> parts;
        for (const Definition& one : definitions_)
            for (const std::string& part : parts_of(one))
                parts.emplace(std::pair{one.scope->components, part}, one.kind + " " + one.name);
        for (const Definition& one : definitions_) {
            const auto found = parts.find({one.scope->components, one.name});
            if (found != parts.end())
                report(one, "\"" + one.name + "\" is what flatc calls a part of " + found->second +
                                "; choose another name");
        }
    }

    [[nodiscard]] std::vector<std::string> parts_of(const Definition& definition) const {
        const std::string& name = definition.name;
        std::vector<std::string> parts = flatc_parts(definition.kind, name);
        const Record* root = schema_.root;
        if (root != nullptr && root->name == definition.name && &root->scope == definition.scope)
            parts.insert(parts.end(),
                         {"Get" + name, "GetSizePrefixed" + name, "Verify" + name + "Buffer",
                          "VerifySizePrefixed" + name + "Buffer", "Finish" + name + "Buffer",
                          "FinishSizePrefixed" + name + "Buffer", name + "Identifier", name + "Extension",
                          name + "BufferHasIdentifier", "SizePrefixed" + name + "BufferHasIdentifier"});
        return parts;
    }

    // flatc's code names everything from the first part of its namespace, without leading colons.
    void check_hidden_namespaces() {
        std::map<Namespace, std::set<std::string>> used;
        for (const Definition& one : definitions_) used[one.scope->components].insert(first_part(*one.scope));
        const auto use = [&](const Scope& user, const Type& type) {
            if (const Scope* scope = scope_of(type)) used[user.components].insert(first_part(*scope));
        };
        for (const auto& record : schema_.records)
            for (const Field& field : record->fields) use(record->scope, field.type);
        for (const auto& one : schema_.unions)
            for (const UnionMember& member : one->members) use(one->scope, member.type);

        for (const Definition& one : definitions_)
            if (!one.scope->components.empty() && one.name != "fb" &&
                used.at(one.scope->components).count(one.name) != 0)
                report(one, "\"" + one.name + "\" would hide namespace " + one.name +
                                " from the code that flatc writes; choose another name");
        for (const Definition& one : definitions_) {
            const std::string part = one.name + (one.kind == "table"   ? "Builder"
                                                 : one.kind == "union" ? "Traits"
                                                                       : "");
            if (part != one.name && used.at(one.scope->components).count(part) != 0)
                report(one, "what flatc calls a part of it would hide namespace " + part +
                                " from the code that flatc writes; choose another name");
        }
        std::set<Namespace> told;
        for (const auto& [user, firsts] : used)
            for (const std::string& first : firsts) check_not_hidden(user, first, told);
    }

    /// Tells of each namespace that hides another one once.
    void check_not_hidden(const Namespace& user, const std::string& first, std::set<Namespace>& told) {
        const bool is_without = first == "fb" && first_definitions_.count({}) != 0;
        if (!is_without && !why_no_first_part(first).empty()) return;  // told, and to be called otherwise
        for (const auto& [parts, definition] : first_definitions_) {
            const Namespace hiding = accessor_components(*definition->scope);
            Namespace user_of_flatc = user;
            user_of_flatc.emplace_back("fb");
            for (std::size_t i = 1; i < hiding.size(); ++i) {
                const Namespace outer{hiding.begin(), hiding.begin() + static_cast<std::ptrdiff_t>(i)};
                if (hiding[i] != first || !is_prefix(outer, user_of_flatc)) continue;
                if (is_without)
                    return report(*first_definitions_.at(user),
                                  "its namespace uses a type that has none, which the code that flatc writes does "
                                  "not find from there; give that type a namespace");
                Namespace inner = outer;
                inner.push_back(first);
                if (told.insert(inner).second)
                    report(*definition, "namespace " + dotted(inner) + " hides namespace " + first +
                                            " from the code that flatc writes in namespace " + dotted(user) +
                                            "; rename one of the two");
                return;
            }
        }
    }

    // The members of flatc's class for a record, and parameters of its functions.
    void check_members(const Record& record) {
        const Definition definition{record.is_struct ? "struct" : "table", record.name, &record.scope};
        const auto report_part = [&](const std::string& name, const std::string& owner, const std::string& field) {
            report(definition,
                   "\"" + name + "\" is what flatc calls a part of field " + owner + "; choose another name",
                   field);
        };
        std::map<std::string, std::string> taken;  // by what field
        for (const Field& field : record.fields)
            if (!field.is_deprecated) record.is_struct ? add_parameter(field, taken) : add_members(field, taken);
        for (const Field& field : record.fields) {
            if (field.is_deprecated) continue;
            const std::string offset = offset_name(field.name);
            const auto [found, is_new] =
                taken.emplace(record.is_struct ? flatc_name(field.name) + "_" : offset, field.name);
            if (is_new) continue;
            const std::string& owner = found->second;
            if (record.is_struct || offset_name(owner) == offset)
                report(definition,
                       "its name differs from that of field " + owner +
                           " in the case of letters or an underscore only, and flatc makes one name of both; "
                           "choose another",
                       field.name);
            else
                report_part(field.name, owner, field.name);
        }
        for (const Field& field : record.fields) {
            if (records_before_.count({record.scope.components, field.name}) != 0)
                report(definition,
                       "\"" + field.name +
                           "\" is the name of a record, which flatc does not take for a field; choose "
                           "another name",
                       field.name);
            if (field.is_deprecated) continue;
            if (is_taken_here(record, field))
                report(definition,
                       "\"" + field.name + "\" is a name of the code that flatc writes there; choose another name",
                       field.name);
            const auto found = taken.find(flatc_name(field.name));
            if (found != taken.end()) report_part(field.name, found->second, field.name);
        }
        if (const auto found = taken.find(record.name); found != taken.end())
            report_part(record.name, found->second, "");
    }

    /// flatc's constant for the place of a field in its table.
    static std::string offset_name(const std::string& field) { return "VT_" + upper(flatc_name(field)); }

    /// What is_taken_by_flatc() does not know: it depends on the record and the type.
    static bool is_taken_here(const Record& record, const Field& field) {
        if (record.is_struct) return is_padding(field.name);
        if (field.name == record.name + "Builder") return true;
        const bool is_verified = field.container == Container::vector || field.type.schema_type.empty();
        return (field.type.kind == Kind::variant && is_flatc_keyword(field.name)) ||
               (is_verified && field.name == "verifier") || (field.is_flatbuffers_key && field.name == "o");
    }

    /// flatc calls the padding of a struct padding0__ and so on, and a field's member like the field and "_".
    static bool is_padding(const std::string& name) {
        if (name.compare(0, 7, "padding") != 0) return false;
        const std::size_t end = name.find_first_not_of("0123456789", 7);
        return end > 7 && end != std::string::npos && (name.substr(end) == "_" || name.substr(end) == "__");
    }

    /// flatc calls a struct's parameter "_" and its field, and what it writes into the member of an array would be
    /// that.
    static void add_parameter(const Field& field, std::map<std::string, std::string>& taken) {
        if (field.container == Container::array && field.name.front() == '_')
            taken.emplace(field.name.substr(1) + "_", field.name);
    }

    static void add_members(const Field& field, std::map<std::string, std::string>& taken) {
        const std::string name = flatc_name(field.name);
        taken.emplace("add_" + name, field.name);
        if (field.container == Container::vector || field.type.kind == Kind::text)
            taken.emplace(name + "__", field.name);
        if (field.type.alternatives == nullptr) return;
        for (const char* end : {"", "Vector"})
            taken.emplace("Verify" + field.type.alternatives->name + end, field.name);
        taken.emplace(offset_name(name + "_type"), field.name);
        if (field.container == Container::vector) taken.emplace(name + "_type__", field.name);
        taken.emplace(name + "_as", field.name);
        for (const UnionMember& member : field.type.alternatives->members)
            taken.emplace(name + "_as_" + flatc_name(member.name), field.name);
    }

    void check_former_names() {
        std::map<std::string, std::string> takers;
        for (const auto* list : {&schema_.tables, &schema_.included_tables})
            for (const Table& table : *list)
                for (const std::string& former : table.former_names) check_former_name(table, former, takers);
    }

    void check_former_name(const Table& table, const std::string& former,
                           std::map<std::string, std::string>& takers) {
        if (former.empty() || former == table.name) return;
        const auto [taker, is_new] = takers.emplace(former, table.name);
        if (!is_new)
            report(table, "cambium_renamed_from",
                   "cambium_renamed_from: table \"" + taker->second + "\" was called \"" + former +
                       "\" already; one table only takes over the records");
        if (schema_.find_table(former) != nullptr)
            report(table, "cambium_renamed_from",
                   "cambium_renamed_from: the schema has a table \"" + former +
                       "\", which keeps the records that this one would take over");
    }

    const Schema& schema_;
    Diagnostics& diagnostics_;
    std::vector<Definition> definitions_;
    std::set<std::pair<Namespace, std::string>> records_before_;  // the one that is looked at
    std::map<Namespace, const Definition*> first_definitions_;    // by namespace
    std::map<std::pair<Namespace, std::string>, std::string> owners_;
};

}  // namespace

void check_file_names(const Schema& schema, Diagnostics& diagnostics) {
    const auto report = [&](const std::string& file) {
        for (const auto& [in_file, includes] : schema.includes)
            for (const Include& include : includes)
                if (include.file == file)
                    return diagnostics.report_include(
                        in_file, include.written,
                        "two schema files of this run are named " + stem_of(file) +
                            ".fbs; generated files are named after them, so rename one");
    };
    std::set<std::string> stems{schema.stem};
    for (const std::string& file : all_includes_with_definitions(schema))
        if (!stems.insert(stem_of(file)).second) report(file);
}

void check_name_clashes(const Schema& schema, Diagnostics& diagnostics) {
    NameClashes{schema, diagnostics}.run();
}

}  // namespace cambium::codegen
