// A walk over two schemas at once.
#include "pairing.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "declared_tables.hpp"

namespace cambium::codegen {

namespace {

Form form_of(const Table& table) {
    static const std::map<std::string, Form> kForms = {
        {"flatbuffers", Form::buffer}, {"cbor", Form::cbor}, {"json", Form::json}};
    const auto found = kForms.find(table.codec);
    return found == kForms.end() ? Form::layout : found->second;
}

using Renamed = std::vector<std::pair<std::string, std::string>>;

/// Null where nothing is found: the type of a union in a buffer. What is deprecated is in older buffers.
std::vector<const Field*> places_of(const Record& record, Form form) {
    std::vector<const Field*> places;
    for (const Field& field : record.fields) {
        const bool is_buffer = form == Form::buffer;
        if (is_buffer && field.type.kind == Kind::variant) places.push_back(nullptr);
        if (is_buffer || !field.is_deprecated) places.push_back(&field);
    }
    return places;
}

/// As the library compares them: without their namespaces.
bool is_called_the_same(const Type& before, const Type& now) {
    const auto is_same = [](const auto* one, const auto* other) {
        return one == nullptr || other == nullptr || one->name == other->name;
    };
    return is_same(before.record, now.record) && is_same(before.nested, now.nested) &&
           is_same(before.enumeration, now.enumeration) && is_same(before.alternatives, now.alternatives);
}

template <class Definition>
void add_form(std::vector<Pair<Definition>>& pairs, const Definition& before, const Definition& now, Form form) {
    const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const Pair<Definition>& pair) {
        return pair.before == &before && pair.now == &now;
    });
    if (found != pairs.end())
        found->forms.insert(form);
    else
        pairs.push_back({&before, &now, {form}});
}

template <class Definition>
void sort_as(const std::vector<std::unique_ptr<Definition>>& order, std::vector<Pair<Definition>>& pairs) {
    std::map<const Definition*, std::size_t> positions;
    for (const auto& definition : order) positions.emplace(definition.get(), positions.size());
    std::stable_sort(pairs.begin(), pairs.end(), [&](const Pair<Definition>& one, const Pair<Definition>& other) {
        return positions.at(one.before) < positions.at(other.before);
    });
}

class Pairing {
public:
    Pairing(const Schema& before, const Schema& now) : before_{before}, now_{now} {}

    Pairs run() {
        for (const auto* list : {&now_.tables, &now_.included_tables})
            for (const Table& table : *list)
                if (const Table* const old = table_before(before_, table))
                    add(*old->record, *table.record, form_of(*old), table.renamed);
        if (before_.tables.empty()) add_what_no_table_stores();
        if (before_.root != nullptr && table_of(before_, *before_.root) == nullptr) add_root(*before_.root);
        sort_as(before_.enums, pairs_.enums);
        sort_as(before_.unions, pairs_.unions);
        sort_as(before_.records, pairs_.records);
        return std::move(pairs_);
    }

private:
    void add_root(const Record& root) {
        each_of_its_name(root, now_.records, [&](const Record& now) { add(root, now, Form::buffer); });
        if (now_.root != nullptr) add(root, *now_.root, Form::buffer);
    }

    void add_what_no_table_stores() {
        std::set<const void*> stored;
        const auto keep = [&](const auto& pairs) {
            for (const auto& pair : pairs) stored.insert(pair.before);
        };
        keep(pairs_.records);
        keep(pairs_.enums);
        keep(pairs_.unions);
        const auto each_other = [&](const auto& list, const auto& list_now, const auto& add_pair) {
            for (const auto& one : list)
                if (stored.count(one.get()) == 0)
                    each_of_its_name(*one, list_now, [&](const auto& now) { add_pair(*one, now); });
        };
        each_other(before_.records, now_.records,
                   [this](const Record& one, const Record& now) { add(one, now, Form::buffer); });
        each_other(before_.unions, now_.unions,
                   [this](const Union& one, const Union& now) { add_union(one, now, Form::buffer); });
        each_other(before_.enums, now_.enums,
                   [this](const Enum& one, const Enum& now) { add_form(pairs_.enums, one, now, Form::buffer); });
    }

    template <class Definition, class List, class Visit>
    static void each_of_its_name(const Definition& before, const List& list, const Visit& visit) {
        for (const auto& now : list)
            if (has_same_name(before, *now)) visit(*now);
    }

    void add(const Record& before, const Record& now, Form form, const Renamed& renamed = {}) {
        if (!visited_.insert({&before, &now, form}).second) return;
        add_form(pairs_.records, before, now, form);
        if (form == Form::cbor || form == Form::json)
            add_by_name(before, now, form, renamed);
        else if (form == Form::layout || before.is_struct == now.is_struct)
            add_by_place(before, now, form);
    }

    void add_by_name(const Record& before, const Record& now, Form form, const Renamed& renamed) {
        for (const Field& field : before.fields) {
            if (field.is_deprecated) continue;
            const auto other = std::find_if(renamed.begin(), renamed.end(),
                                            [&](const auto& names) { return names.first == field.name; });
            const Field* const read = now.find(other == renamed.end() ? field.name : other->second);
            if (read != nullptr) add(field.type, read->type, form);
        }
    }

    void add_by_place(const Record& before, const Record& now, Form form) {
        const bool is_compared = form == Form::buffer && has_same_name(before, now);
        const auto places = places_of(before, form);
        const auto places_now = places_of(now, form);
        for (std::size_t i = 0; i < std::min(places.size(), places_now.size()); ++i) {
            if (places[i] == nullptr || places_now[i] == nullptr || places_now[i]->is_deprecated) continue;
            if (is_compared && !is_called_the_same(places[i]->type, places_now[i]->type)) continue;
            add(places[i]->type, places_now[i]->type, form);
        }
    }

    void add(const Type& before, const Type& now, Form form) {
        if (before.enumeration != nullptr && now.enumeration != nullptr)
            add_form(pairs_.enums, *before.enumeration, *now.enumeration, form);
        if (before.record != nullptr && now.record != nullptr) add(*before.record, *now.record, form);
        if (before.alternatives != nullptr && now.alternatives != nullptr)
            add_union(*before.alternatives, *now.alternatives, form);
        if (before.nested != nullptr && now.nested != nullptr) add(*before.nested, *now.nested, Form::buffer);
    }

    /// Buffers store the type number of a member, the others its position. A member that is another one is told.
    void add_union(const Union& before, const Union& now, Form form) {
        if (!visited_.insert({&before, &now, form}).second) return;
        add_form(pairs_.unions, before, now, form);
        for (std::size_t i = 0; i < before.members.size(); ++i)
            for (std::size_t j = 0; j < now.members.size(); ++j) {
                const UnionMember& old = before.members[i];
                const UnionMember& member = now.members[j];
                const bool is_read =
                    form == Form::buffer ? old.value == member.value && !is_another(old.type, member.type) : i == j;
                if (is_read) add(old.type, member.type, form);
            }
    }

    const Schema& before_;
    const Schema& now_;
    Pairs pairs_;
    std::set<std::tuple<const void*, const void*, Form>> visited_;
};

}  // namespace

std::string text_of(const Pair<Record>& pair) {
    const auto name_of = [](const Record& record) { return schema_name(record.scope, record.name); };
    const std::string kind = pair.now->is_struct ? "struct " : "table ";
    if (has_same_name(*pair.before, *pair.now)) return kind + pair.now->name;
    return kind + name_of(*pair.now) + " (" + name_of(*pair.before) + " before)";
}

const Table* table_before(const Schema& before, const Table& table) {
    const Table* found = before.find_table(table.name);
    for (const std::string& name : table.former_names)
        if (found == nullptr) found = before.find_table(name);
    return found;
}

bool is_another(const Type& before, const Type& now) {
    const bool has_record = before.record != nullptr;
    if (has_record != (now.record != nullptr)) return true;
    return has_record && before.record->name != now.record->name && !has_same_catalog_type(before, now);
}

const Table* table_of(const Schema& schema, const Record& record) {
    for (const auto* list : {&schema.tables, &schema.included_tables})
        for (const Table& table : *list)
            if (table.record == &record) return &table;
    return nullptr;
}

Pairs pair_definitions(const Schema& before, const Schema& now) {
    return Pairing{before, now}.run();
}

}  // namespace cambium::codegen
