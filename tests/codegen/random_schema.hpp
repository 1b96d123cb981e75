// Random schemas, and random evolutions of them in which every part keeps its identity: what it was is known,
// whatever it is called.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "random_record.hpp"

namespace cambium::test {

/// A field, an enumerator or a member of a union.
struct SchemaPart {
    int id = 0;
    std::string name{};
    std::string scalar{};  ///< a scalar type, "string", or empty
    int definition = 0;    ///< id of the definition that it is of, when there is no scalar
    bool is_list = false;
    int length = 0;        ///< of an array in a struct; 0: it is none
    std::string number{};  ///< a default, "null", or the number of an enumerator or a member; empty: not given
    bool is_deprecated = false;
    bool is_required = false;
};

struct SchemaDefinition {
    enum class Kind { enumeration, structure, table, alternatives };
    int id = 0;
    Kind kind = Kind::table;
    std::string name_space{};
    std::string name{};
    std::string scalar{};  ///< of an enum
    bool is_bit_flags = false;
    std::vector<SchemaPart> parts{};

    [[nodiscard]] std::string full_name() const { return name_space + "." + name; }
    [[nodiscard]] const SchemaPart* find(int part) const;
};

/// In three files, of which the first includes the second, and that the third.
struct RandomSchema {
    static constexpr std::array kFiles = {"main.fbs", "parts.fbs", "base.fbs"};

    std::vector<SchemaDefinition> definitions{};  ///< each after those it is made of
    std::size_t base_end = 0;                     ///< how many are in the third file
    std::size_t parts_end = 0;                    ///< and in the second one
    int root = 0;                                 ///< id of a table; 0: there is none
    std::string identifier{};
    bool has_ids = false;    ///< written with (id: n)
    bool is_stored = false;  ///< the last definition is the record of a table of a store
    int last_id = 0;

    [[nodiscard]] const SchemaDefinition* find(int definition) const;
    [[nodiscard]] std::string text(std::size_t file) const;
};

[[nodiscard]] RandomSchema random_schema(Dice& dice);

/// Some change; it may be one that the parser does not take.
void evolve(RandomSchema& schema, Dice& dice);

/// A JSON text that a parser of `schema` takes for a table. Of enumerators and members of unions it has those only
/// that `later` has too.
[[nodiscard]] std::string random_json(const RandomSchema& schema, const RandomSchema& later,
                                      const SchemaDefinition& table, Dice& dice);

}  // namespace cambium::test
