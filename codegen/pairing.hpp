// Which definitions of two schemas stand for each other in what is stored or sent, whatever they are called.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "model.hpp"
#include "names.hpp"

namespace cambium::codegen {

/// What a definition is in: buffers of FlatBuffers, records of these codecs, or those of another one.
enum class Form : std::uint8_t { buffer, cbor, json, layout };

template <class Definition>
struct Pair {
    const Definition* before = nullptr;
    const Definition* now = nullptr;
    std::set<Form> forms{};

    [[nodiscard]] bool is_in(Form form) const { return forms.count(form) != 0; }
};

/// No pair comes twice. In the order of the definitions before, each record after those it is made of.
struct Pairs {
    std::vector<Pair<Enum>> enums{};
    std::vector<Pair<Union>> unions{};
    std::vector<Pair<Record>> records{};
};

template <class Definition>
[[nodiscard]] bool has_same_name(const Definition& before, const Definition& now) {
    return schema_name(before.scope, before.name) == schema_name(now.scope, now.name);
}

/// "enum E", or "enum E, State now".
template <class Definition>
[[nodiscard]] std::string text_of(const std::string& kind, const Pair<Definition>& pair) {
    const std::string& name = pair.now->name;
    return kind + " " + pair.before->name + (pair.before->name == name ? "" : ", " + name + " now");
}

/// "table A", or "table m.A (n.A before)".
[[nodiscard]] std::string text_of(const Pair<Record>& pair);

/// The table whose records `table` takes over: of its name, else of its former one; null when there is none.
[[nodiscard]] const Table* table_before(const Schema& before, const Table& table);

/// The table that stores these records, of the main file or of an included one; null when there is none.
[[nodiscard]] const Table* table_of(const Schema& schema, const Record& record);

/// Whether a member of a union holds something else: not the same table or struct, grown or under another name.
[[nodiscard]] bool is_another(const Type& before, const Type& now);

/// Follows the fields of tables that have the same name, or had it. A field's counterpart is the one that reads
/// what it has stored: in buffers that in its place, with codecs cbor and json that of its name, with others that
/// at its position. What the bytes of a nested_flatbuffer are is in buffers in any codec. A root type that no table
/// stores is in buffers: it is read by the one of the same name, and by
/// the new root type. So is everything that no table stores, of a schema without tables. In buffers a field is not
/// followed whose type has another name when the record has not: the library objects to it.
[[nodiscard]] Pairs pair_definitions(const Schema& before, const Schema& now);

}  // namespace cambium::codegen
