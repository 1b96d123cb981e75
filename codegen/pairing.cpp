// A walk over two schemas at once.
#include "pairing.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>

#include "reachable.hpp"

namespace cambium::codegen {

namespace {

enum class Form : std::uint8_t { buffer, named, layout };

Form form_of(const Table& table) {
    if (table.codec == "flatbuffers") return Form::buffer;
    return table.codec == "cbor" || table.codec == "json" ? Form::named : Form::layout;
}

using Renamed = std::vector<std::pair<std::string, std::string>>;

/// Null where nothing is read: deprecated fields, and the type of a union in a buffer.
std::vector<const Field*> places_of(const Record& record, Form form) {
    std::vector<const Field*> places;
    for (const Field& field : record.fields) {
        const bool is_buffer = form == Form::buffer;
        if (is_buffer && field.type.kind == Kind::variant) places.push_back(nullptr);
        if (is_buffer || !field.is_deprecated) places.push_back(field.is_deprecated ? nullptr : &field);
    }
    return places;
}

template <class Definition>
void add_once(std::vector<std::pair<const Definition*, const Definition*>>& pairs, const Definition& before,
              const Definition& now) {
    const std::pair pair{&before, &now};
    if (std::find(pairs.begin(), pairs.end(), pair) == pairs.end()) pairs.push_back(pair);
}

class Pairing {
public:
    void add(const Record& before, const Record& now, Form form, const Renamed& renamed = {}) {
        if (!visited_.insert({&before, &now, form}).second) return;
        if (form == Form::buffer) add_once(pairs.buffers, before, now);
        if (form == Form::named)
            add_by_name(before, now, renamed);
        else
            add_by_place(before, now, form);
    }

    Pairs pairs;

private:
    void add_by_name(const Record& before, const Record& now, const Renamed& renamed) {
        for (const Field& field : before.fields) {
            if (field.is_deprecated) continue;
            const auto other = std::find_if(renamed.begin(), renamed.end(),
                                            [&](const auto& names) { return names.first == field.name; });
            const Field* const read = now.find(other == renamed.end() ? field.name : other->second);
            if (read != nullptr) add(field.type, read->type, Form::named);
        }
    }

    void add_by_place(const Record& before, const Record& now, Form form) {
        const auto places = places_of(before, form);
        const auto places_now = places_of(now, form);
        for (std::size_t i = 0; i < std::min(places.size(), places_now.size()); ++i)
            if (places[i] != nullptr && places_now[i] != nullptr) add(places[i]->type, places_now[i]->type, form);
    }

    void add(const Type& before, const Type& now, Form form) {
        if (before.enumeration != nullptr && now.enumeration != nullptr)
            add_once(pairs.enums, *before.enumeration, *now.enumeration);
        if (before.record != nullptr && now.record != nullptr) add(*before.record, *now.record, form);
        if (before.alternatives != nullptr && now.alternatives != nullptr)
            add_union(*before.alternatives, *now.alternatives, form);
    }

    /// Buffers store the type number of a member, the others its position.
    void add_union(const Union& before, const Union& now, Form form) {
        if (!visited_.insert({&before, &now, form}).second) return;
        add_once(pairs.unions, before, now);
        for (std::size_t i = 0; i < before.members.size(); ++i)
            for (std::size_t j = 0; j < now.members.size(); ++j)
                if (form == Form::buffer ? before.members[i].value == now.members[j].value : i == j)
                    add(before.members[i].type, now.members[j].type, form);
    }

    std::set<std::tuple<const void*, const void*, Form>> visited_;
};

void add_tables(const Schema& before, const Schema& now, Pairing& pairing) {
    for (const auto* list : {&now.tables, &now.included_tables})
        for (const Table& table : *list) {
            const Table* const old = table_before(before, table);
            if (old != nullptr) pairing.add(*old->record, *table.record, form_of(*old), table.renamed);
        }
}

}  // namespace

const Table* table_before(const Schema& before, const Table& table) {
    const Table* const same = before.find_table(table.name);
    return same != nullptr || table.former_name.empty() ? same : before.find_table(table.former_name);
}

Pairs pair_definitions(const Schema& before, const Schema& now) {
    Pairing pairing;
    if (before.tables.empty()) return {};
    add_tables(before, now, pairing);
    const auto stored = records_of_tables(before, [](const Table&) { return true; });
    if (before.root != nullptr && now.root != nullptr &&
        std::find(stored.begin(), stored.end(), before.root) == stored.end())
        pairing.add(*before.root, *now.root, Form::buffer);
    return std::move(pairing.pairs);
}

}  // namespace cambium::codegen
