#include "typed/read_back.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cambium/base/error.hpp"
#include "typed/sentence.hpp"
#include "typed/type_text.hpp"

namespace cambium::detail {
namespace {

bool is_document(const TypeText& type) noexcept {
    return type.is("document") || type.is("unknown_fields");
}

/// Whether Cbor or Json may read a value of a type as another one.
bool is_inexact(const TypeText& type, bool json) {
    if (type.is("unknown_fields") || (json && type.is("document"))) return true;
    // A null in an optional is as no value.
    if (type.is("optional") && (is_document(type.arguments[0]) || type.arguments[0].is("null"))) return true;
    return std::any_of(type.arguments.begin(), type.arguments.end(),
                       [json](const TypeText& inner) { return is_inexact(inner, json); });
}

class Inexact {
public:
    Inexact(const TableDescription& table, bool json) {
        for (const FieldDescription& field : table.fields) {
            const std::string name = field.type();
            const std::optional<TypeText> type = read_type(name);
            if (!type || is_inexact(*type, json)) fields_.push_back(field.name);
        }
    }

    [[nodiscard]] bool any() const noexcept { return !fields_.empty(); }
    [[nodiscard]] bool has(std::string_view field) const {
        return std::find(fields_.begin(), fields_.end(), field) != fields_.end();
    }
    [[nodiscard]] bool matters(const IndexDescription& index) const {
        const auto depends = [this](const ColumnDescription& column) { return column.derived || has(column.name); };
        return !index.predicate.empty() || std::any_of(index.columns.begin(), index.columns.end(), depends) ||
               std::any_of(index.covered.begin(), index.covered.end(), depends);
    }

private:
    std::vector<std::string_view> fields_;
};

}  // namespace

bool may_read_otherwise(const TableDescription& table) {
    const std::string_view codec = table.codec.substr(0, table.codec.find('+'));
    const bool json = codec == "json";
    // A table that is described at run time has one of the codecs of the library.
    if (!json && codec != "cbor" && codec != "cbor-numbered")
        return !table.codec_is_exact && table.context == nullptr;
    const Inexact inexact(table, json);
    if (!inexact.any()) return false;
    const auto& rules = table.rules->records;
    return std::any_of(rules.begin(), rules.end(),
                       [&](const RuleDescription& rule) {
                           return rule.kind == RuleKind::check || inexact.has(rule.name);
                       }) ||
           std::any_of(table.indexes.begin(), table.indexes.end(),
                       [&](const IndexDescription& index) { return inexact.matters(index); });
}

void read_back(const TableDescription& table, ByteView key, ByteView bytes, void* record) {
    const auto refuse = [&](const std::string& what) {
        throw Error(ErrorCode::encode, table_text(table) + ", " + key_text(table, key) +
                                           ": the record cannot be stored: codec " + std::string(table.codec) +
                                           " reads it " + what);
    };
    try {
        table.decode_record(bytes, record);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::decode) throw;
        refuse(std::string("not again: ") + error.what());
    }
    if (table.encode_key == nullptr) return;
    std::string own;
    table.encode_key(record, own);
    if (own != key) refuse("as one with " + key_text(table, own));
}

}  // namespace cambium::detail
