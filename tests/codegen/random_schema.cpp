#include "random_schema.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace cambium::test {

namespace {

using Kind = SchemaDefinition::Kind;

constexpr std::array kScalars = {"bool",  "byte",   "ubyte", "short", "ushort", "int", "uint",
                                 "float", "double", "long",  "ulong", "int",    "int"};
constexpr std::array kNumbers = {"ubyte", "int", "ulong"};  // of enums
constexpr std::array kNamespaces = {"n", "m", "o.p"};
constexpr std::array kNames = {"Alpha", "Beta", "Gamma", "Delta", "Kappa", "Sigma", "Tango", "Omega", "Union"};

template <class List>
auto& one_of(List& list, Dice& dice) {
    return list[dice.below(std::size(list))];
}

/// Makes and changes a schema.
class Evolution {
public:
    Evolution(RandomSchema& schema, Dice& dice) : schema_{schema}, dice_{dice} {}

    void begin() {
        for (const Kind kind : {Kind::enumeration, Kind::structure, Kind::enumeration, Kind::table, Kind::structure,
                                Kind::table, Kind::alternatives, Kind::table})
            if (kind == Kind::table || !dice_.one_in(4)) add_definition(kind);
        schema_.base_end = dice_.below(schema_.definitions.size());
        schema_.parts_end = schema_.base_end + dice_.below(schema_.definitions.size() - schema_.base_end);
        schema_.has_ids = dice_.one_in(3);
        schema_.is_stored = dice_.one_in(4);
        if (schema_.is_stored) {
            std::vector<SchemaPart>& fields = schema_.definitions.back().parts;
            fields.insert(fields.begin(), SchemaPart{++schema_.last_id, "key", "ulong"});
        }
        if (dice_.one_in(2)) schema_.root = random_table();
        if (dice_.one_in(2)) schema_.identifier = "AAAA";
    }

    void change() {
        SchemaDefinition& definition = one_of(schema_.definitions, dice_);
        switch (dice_.below(12)) {
            case 0:
                return rename(definition, definition.name_space);
            case 1:
                return move(definition);
            case 2:
                return exchange_names(definition, one_of(schema_.definitions, dice_));
            case 3:
                schema_.root = dice_.one_in(3) ? 0 : random_table();
                return;
            case 4:
                schema_.identifier = dice_.one_in(2) ? "" : "BBBB";
                return;
            case 5:
                schema_.base_end = dice_.below(schema_.parts_end + 1);
                return;
            case 6:
                return change_scalar(definition);
            default:
                return change_parts(definition);
        }
    }

private:
    int random_table() {
        std::vector<int> tables;
        for (const SchemaDefinition& definition : schema_.definitions)
            if (definition.kind == Kind::table) tables.push_back(definition.id);
        return one_of(tables, dice_);
    }

    void add_definition(Kind kind) {
        SchemaDefinition definition;
        definition.id = ++schema_.last_id;
        definition.kind = kind;
        definition.scalar = one_of(kNumbers, dice_);
        definition.is_bit_flags = dice_.one_in(4);
        rename(definition, one_of(kNamespaces, dice_));
        for (std::uint64_t count = dice_.below(3) + 2; count > 0; --count) add_part(definition);
        schema_.definitions.push_back(std::move(definition));
    }

    [[nodiscard]] bool is_taken(const std::string& name_space, const std::string& name) const {
        return std::any_of(schema_.definitions.begin(), schema_.definitions.end(),
                           [&](const SchemaDefinition& definition) {
                               return definition.name_space == name_space && definition.name == name;
                           });
    }

    /// There are more names than definitions; so this ends.
    void rename(SchemaDefinition& definition, const std::string& name_space) {
        std::string name;
        do {
            name = one_of(kNames, dice_);
        } while (is_taken(name_space, name));
        definition.name = name;
        definition.name_space = name_space;
    }

    void move(SchemaDefinition& definition) {
        const std::string name_space = one_of(kNamespaces, dice_);
        if (!is_taken(name_space, definition.name)) definition.name_space = name_space;
    }

    static void exchange_names(SchemaDefinition& one, SchemaDefinition& other) {
        if (one.kind != other.kind) return;
        std::swap(one.name, other.name);
        std::swap(one.name_space, other.name_space);
    }

    void change_scalar(SchemaDefinition& definition) {
        if (definition.kind == Kind::enumeration && dice_.one_in(2))
            definition.is_bit_flags = !definition.is_bit_flags;
        else
            definition.scalar = one_of(kNumbers, dice_);
    }

    void change_parts(SchemaDefinition& definition) {
        std::vector<SchemaPart>& parts = definition.parts;
        const std::size_t i = dice_.below(parts.size());
        if (is_key(definition, i)) return;
        switch (dice_.below(10)) {
            case 0:
            case 1:
                return add_part(definition);
            case 2: {
                add_part(definition);
                const auto place = parts.begin() + static_cast<std::ptrdiff_t>(i);
                std::rotate(place, std::prev(parts.end()), parts.end());
                return;
            }
            case 3:
                if (parts.size() > 1) parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
                return;
            case 4:
                if (!is_key(definition, parts.size() - 1)) parts.pop_back();
                if (parts.empty()) add_part(definition);
                return;
            case 5: {
                const std::size_t other = dice_.below(parts.size());
                if (!is_key(definition, other)) std::swap(parts[i], parts[other]);
                return;
            }
            case 6:
                parts[i].name = random_name(definition);
                return;
            case 7:
                parts[i].is_deprecated = !parts[i].is_deprecated;
                return;
            case 8: {
                const SchemaPart before = parts[i];
                set_type(definition, parts[i]);
                parts[i].is_deprecated = before.is_deprecated;
                return;
            }
            default:
                return set_number(definition, parts[i]);
        }
    }

    [[nodiscard]] bool is_key(const SchemaDefinition& definition, std::size_t part) const {
        return schema_.is_stored && part == 0 && &definition == &schema_.definitions.back();
    }

    std::string random_name(const SchemaDefinition& definition) {
        const std::string prefix = definition.kind == Kind::enumeration ? "e" : "f";
        std::string name;
        do {
            name = prefix + std::to_string(dice_.below(20));
        } while (std::any_of(definition.parts.begin(), definition.parts.end(),
                             [&](const SchemaPart& part) { return part.name == name; }));
        return name;
    }

    void add_part(SchemaDefinition& definition) {
        SchemaPart part;
        part.id = ++schema_.last_id;
        part.name = random_name(definition);
        set_type(definition, part);
        set_number(definition, part);
        definition.parts.push_back(std::move(part));
    }

    /// Of a definition that is before this one.
    int random_definition(const SchemaDefinition& definition, const std::vector<Kind>& kinds) {
        std::vector<int> ids;
        for (const SchemaDefinition& other : schema_.definitions) {
            if (other.id == definition.id) break;
            if (std::find(kinds.begin(), kinds.end(), other.kind) != kinds.end()) ids.push_back(other.id);
        }
        return ids.empty() ? 0 : one_of(ids, dice_);
    }

    void set_type(SchemaDefinition& definition, SchemaPart& part) {
        part.scalar.clear();
        part.definition = 0;
        part.is_list = false;
        part.length = 0;
        part.is_required = false;
        if (definition.kind == Kind::structure) {
            if (dice_.one_in(3))
                part.definition = random_definition(definition, {Kind::enumeration, Kind::structure});
            if (part.definition == 0) part.scalar = one_of(kScalars, dice_);
            if (dice_.one_in(5)) part.length = static_cast<int>(dice_.below(3)) + 1;
        } else if (definition.kind == Kind::alternatives) {
            part.definition = random_definition(definition, {Kind::table});
            if (dice_.one_in(12)) part.definition = random_definition(definition, {Kind::structure});
            if (part.definition == 0) part.scalar = "string";
        } else if (definition.kind == Kind::table) {
            if (dice_.one_in(2))
                part.definition = random_definition(
                    definition, {Kind::enumeration, Kind::structure, Kind::table, Kind::alternatives});
            if (part.definition == 0) part.scalar = dice_.one_in(4) ? "string" : one_of(kScalars, dice_);
            part.is_list = dice_.one_in(4);
            part.is_deprecated = dice_.one_in(8);
        }
        const bool is_record = definition.kind == Kind::structure || definition.kind == Kind::table;
        if (is_record && (definition.kind == Kind::structure || !is_scalar(part))) part.number.clear();
    }

    [[nodiscard]] bool is_scalar(const SchemaPart& part) const {
        if (part.is_list) return false;
        return part.definition == 0 ? part.scalar != "string"
                                    : schema_.find(part.definition)->kind == Kind::enumeration;
    }

    void set_number(const SchemaDefinition& definition, SchemaPart& part) {
        if (definition.kind == Kind::enumeration || definition.kind == Kind::alternatives) {
            const bool is_first = definition.parts.empty() || &part == &definition.parts.front();
            part.number = !is_first && dice_.one_in(5) ? std::to_string(dice_.below(8)) : "";
        } else if (definition.kind == Kind::table) {
            const bool has_number = is_scalar(part);
            part.number =
                has_number && part.definition == 0 && dice_.one_in(2) ? std::to_string(dice_.below(2)) : "";
            if (has_number && dice_.one_in(8)) part.number = "null";
            part.is_required = !has_number && dice_.one_in(6);
        }
    }

    RandomSchema& schema_;
    Dice& dice_;
};

/// The text of a schema.
class SchemaText {
public:
    explicit SchemaText(const RandomSchema& schema) : schema_{schema} {}

    std::string of(std::size_t file) {
        if (file + 1 < RandomSchema::kFiles.size())
            out_ += "include \"" + std::string{RandomSchema::kFiles[file + 1]} + "\";\n";
        out_ += "namespace n;\n";  // else a file may be empty
        if (schema_.is_stored && file == 0) out_ += "attribute \"cambium_table\"; attribute \"cambium_key\";\n";
        for (std::size_t i = 0; i < schema_.definitions.size(); ++i) {
            const std::size_t place = i < schema_.base_end ? 2 : i < schema_.parts_end ? 1 : 0;
            if (place == file) write(schema_.definitions[i]);
        }
        if (file != 0) return out_;
        if (const SchemaDefinition* const root = schema_.find(schema_.root))
            out_ += "root_type " + root->full_name() + ";\n";
        if (!schema_.identifier.empty()) out_ += "file_identifier \"" + schema_.identifier + "\";\n";
        return out_;
    }

private:
    void write(const SchemaDefinition& definition) {
        is_stored_ = schema_.is_stored && &definition == &schema_.definitions.back();
        static const std::array kKinds = {"enum ", "struct ", "table ", "union "};
        out_ += "namespace " + definition.name_space + ";\n" +
                kKinds.at(static_cast<std::size_t>(definition.kind)) + definition.name;
        if (definition.kind == Kind::enumeration)
            out_ += ":" + definition.scalar + (definition.is_bit_flags ? " (bit_flags)" : "");
        if (is_stored_) out_ += " (cambium_table: \"things\")";
        out_ += " { ";
        const bool is_record = definition.kind == Kind::structure || definition.kind == Kind::table;
        int id = 0;
        std::string parts;
        for (const SchemaPart& part : definition.parts) {
            const std::string text = is_record ? field(definition, part, id) : alternative(definition, part);
            // With ids the order says nothing.
            parts = schema_.has_ids && definition.kind == Kind::table ? text + parts : parts + text;
        }
        out_ += parts + "}\n";
    }

    static std::string number(const SchemaPart& part) { return part.number.empty() ? "" : " = " + part.number; }

    [[nodiscard]] std::string type(const SchemaPart& part) const {
        const std::string name = part.definition == 0 ? part.scalar : schema_.find(part.definition)->full_name();
        if (part.length != 0) return "[" + name + ":" + std::to_string(part.length) + "]";
        return part.is_list ? "[" + name + "]" : name;
    }

    /// An enumerator, or a member of a union.
    [[nodiscard]] std::string alternative(const SchemaDefinition& definition, const SchemaPart& part) const {
        return part.name + (definition.kind == Kind::enumeration ? "" : ": " + type(part)) + number(part) + ", ";
    }

    [[nodiscard]] std::string field(const SchemaDefinition& definition, const SchemaPart& part, int& id) const {
        std::string attributes;
        const auto add = [&](const std::string& attribute) {
            attributes += (attributes.empty() ? " (" : ", ") + attribute;
        };
        const SchemaDefinition* const of = schema_.find(part.definition);
        if (of != nullptr && of->kind == Kind::alternatives) ++id;
        if (definition.kind == Kind::table) {
            if (schema_.has_ids) add("id: " + std::to_string(id++));
            if (part.is_deprecated) add("deprecated");
            if (part.is_required && !part.is_deprecated) add("required");
            if (is_stored_ && &part == &definition.parts.front()) add("cambium_key");
        }
        return part.name + ":" + type(part) + number(part) + attributes + (attributes.empty() ? "; " : "); ");
    }

    const RandomSchema& schema_;
    std::string out_;
    bool is_stored_ = false;
};

/// A JSON text of random values.
class RandomJson {
public:
    RandomJson(const RandomSchema& schema, const RandomSchema& later, Dice& dice)
        : schema_{schema}, later_{later}, dice_{dice} {}

    std::string of(const SchemaDefinition& record) {
        std::string text;
        const auto add = [&](const std::string& name, const std::string& value) {
            text += (text.empty() ? "" : ", ") + ("\"" + name + "\": ") + value;
        };
        for (const SchemaPart& part : record.parts) {
            const bool is_optional = record.kind == Kind::table && !part.is_required;
            if (part.is_deprecated || (is_optional && dice_.one_in(3))) continue;
            const SchemaDefinition* const type = schema_.find(part.definition);
            const bool is_union = type != nullptr && type->kind == Kind::alternatives;
            if (is_union && alternatives(*type).empty()) continue;
            const bool is_series = part.is_list || part.length != 0;
            std::string types;
            std::string values;
            for (std::uint64_t n = !is_series     ? 1
                                   : part.is_list ? dice_.below(3)
                                                  : static_cast<std::uint64_t>(part.length);
                 n > 0; --n) {
                const auto [number, value] = is_union ? alternative(*type) : std::pair{std::string{}, one(part)};
                types += (types.empty() ? "" : ", ") + number;
                values += (values.empty() ? "" : ", ") + value;
            }
            if (is_union) add(part.name + "_type", is_series ? "[" + types + "]" : types);
            add(part.name, is_series ? "[" + values + "]" : values);
        }
        return "{" + text + "}";
    }

private:
    /// Those that are there later.
    std::vector<const SchemaPart*> alternatives(const SchemaDefinition& definition) {
        std::vector<const SchemaPart*> parts;
        const SchemaDefinition* const later = later_.find(definition.id);
        for (const SchemaPart& part : definition.parts)
            if (later != nullptr && later->find(part.id) != nullptr) parts.push_back(&part);
        return parts;
    }

    std::pair<std::string, std::string> alternative(const SchemaDefinition& definition) {
        const auto members = alternatives(definition);
        const SchemaPart& member = *one_of(members, dice_);
        return {"\"" + member.name + "\"", one(member)};
    }

    std::string one(const SchemaPart& part) {
        if (part.scalar == "string") return dice_.one_in(2) ? "\"a\"" : "\"bc\"";
        if (part.scalar == "bool") return dice_.one_in(2) ? "true" : "false";
        if (part.definition == 0) return std::to_string(dice_.below(4));
        const SchemaDefinition& type = *schema_.find(part.definition);
        if (type.kind != Kind::enumeration) return of(type);
        const auto values = alternatives(type);
        return values.empty() ? "0" : "\"" + one_of(values, dice_)->name + "\"";
    }

    const RandomSchema& schema_;
    const RandomSchema& later_;
    Dice& dice_;
};

}  // namespace

const SchemaPart* SchemaDefinition::find(int part) const {
    const auto found =
        std::find_if(parts.begin(), parts.end(), [&](const SchemaPart& one) { return one.id == part; });
    return found == parts.end() ? nullptr : &*found;
}

const SchemaDefinition* RandomSchema::find(int definition) const {
    const auto found = std::find_if(definitions.begin(), definitions.end(),
                                    [&](const SchemaDefinition& one) { return one.id == definition; });
    return found == definitions.end() ? nullptr : &*found;
}

std::string RandomSchema::text(std::size_t file) const {
    return SchemaText{*this}.of(file);
}

RandomSchema random_schema(Dice& dice) {
    RandomSchema schema;
    Evolution{schema, dice}.begin();
    return schema;
}

void evolve(RandomSchema& schema, Dice& dice) {
    Evolution{schema, dice}.change();
}

std::string random_json(const RandomSchema& schema, const RandomSchema& later, const SchemaDefinition& table,
                        Dice& dice) {
    return RandomJson{schema, later, dice}.of(table);
}

}  // namespace cambium::test
