// Foreign keys of tables described at run time: what a description says of them, and their functions.
#include <algorithm>
#include <iterator>

#include "typed/dynamic_key.hpp"
#include "typed/dynamic_layout.hpp"
#include "typed/table_info.hpp"

namespace cambium::detail {
namespace {

using codec::Kind;
using codec::Shape;

template <class Items>
auto find_named(Items& items, std::string_view name) {
    return std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.name == name; });
}

struct ActionName {
    std::string_view name;
    OnErase action;
};
constexpr ActionName kActions[] = {
    {"restrict", OnErase::refuse}, {"cascade", OnErase::cascade}, {"set null", OnErase::set_null}};

std::span<const DynamicColumn> columns_of(const ForeignKeyDescription& key) {
    return static_cast<const DynamicForeignKey*>(key.context)->columns;
}

bool is_optional(const DynamicColumn& column) {
    return column.type->shape.kind == Kind::optional;
}

/// Whether there is a column to make null, and none of those is part of the primary key.
bool can_be_cleared(std::span<const DynamicColumn> columns, std::span<const DynamicColumn> key) {
    const auto in_key = [&](const DynamicColumn& column) {
        return std::any_of(key.begin(), key.end(),
                           [&](const DynamicColumn& part) { return part.field == column.field; });
    };
    return std::any_of(columns.begin(), columns.end(), &is_optional) &&
           std::none_of(columns.begin(), columns.end(),
                        [&](const DynamicColumn& column) { return is_optional(column) && in_key(column); });
}

std::string_view target_of(const ForeignKeyDescription& key) {
    return static_cast<const DynamicForeignKey*>(key.context)->target;
}

bool append_target(const ForeignKeyDescription& key, const void* record, std::string& out) {
    for (const DynamicColumn& column : columns_of(key)) {
        const void* value = DynamicLayout::field(*static_cast<const DynamicRecord*>(record), column.field);
        const Shape* shape = &column.type->shape;
        if (is_optional(column)) {
            value = shape->optional().get(value);
            shape = shape->optional().value;
        }
        if (value == nullptr) return false;
        append_key(*shape, value, out);
    }
    return true;
}

void append_referring_prefix(const ForeignKeyDescription& key, ByteView target_key, std::string& out) {
    for (const DynamicColumn& column : columns_of(key)) {
        if (is_optional(column)) out.push_back('\x01');
        DynamicValue value(is_optional(column) ? *column.type->content : *column.type);
        const ByteView before = target_key;
        read_key(value.type().shape, target_key, value.get());
        out += before.substr(0, before.size() - target_key.size());
    }
}

void clear_columns(const ForeignKeyDescription& key, void* record) {
    for (const DynamicColumn& column : columns_of(key))
        if (is_optional(column))
            column.type->shape.optional().reset(
                DynamicLayout::field(*static_cast<DynamicRecord*>(record), column.field));
}

}  // namespace

/// The index that a foreign key is.
CatalogIndex DynamicLayout::referring_index(const CatalogForeignKey& key, std::uint64_t id) const {
    CatalogIndex index;
    index.id = id;
    index.name = key.name;
    index.kind = "ordered";
    for (const std::string& column : key.columns) {
        const auto field = find_named(entry_.fields, column);
        index.key.push_back({column, field == entry_.fields.end() ? std::string() : field->type});
    }
    return index;
}

// The index of a foreign key need not be written down.
void DynamicLayout::add_referring_indexes() {
    auto place = entry_.indexes.end();
    if (!entry_.indexes.empty() && entry_.indexes.back().name == kExpiryIndex) --place;
    for (CatalogForeignKey& key : entry_.foreign_keys) {
        if (key.on_erase.empty()) key.on_erase = "restrict";
        if (key.columns.empty() || find_named(entry_.indexes, key.name) != entry_.indexes.end()) continue;
        place = std::next(entry_.indexes.insert(place, referring_index(key, 0)));
    }
    info_ = table_info(name_, entry_);
}

void DynamicLayout::make_foreign_keys() {
    for (const CatalogForeignKey& key : entry_.foreign_keys) {
        for (const CatalogForeignKey* other = entry_.foreign_keys.data(); other != &key; ++other)
            if (other->name == key.name) problem("two foreign keys are named " + quoted(key.name));
        make_foreign_key(key);
    }
    // Records that are not written from here neither refer to anything new nor follow what is erased.
    if (why_read_only_.empty()) rules_.foreign_keys = foreign_key_descriptions_;
}

void DynamicLayout::make_foreign_key(const CatalogForeignKey& key) {
    // What is wrong with a description is told; what is in a file is read as it is.
    const auto refuse = [&](const std::string& what) {
        const std::string sentence = "foreign key " + quoted(key.name) + " " + what;
        stored_.empty() ? problem(sentence) : only_read(sentence);
    };
    if (key.columns.empty()) return refuse(stored_.empty() ? "has no column" : "has to be verified");
    const auto index = find_named(entry_.indexes, key.name);
    if (index == entry_.indexes.end()) return refuse("has no index: that has to be built");
    if (*index != referring_index(key, index->id)) return refuse("is not alone in the ordered index of its name");

    const auto* const action = std::find_if(std::begin(kActions), std::end(kActions),
                                            [&](const ActionName& one) { return one.name == key.on_erase; });
    if (action == std::end(kActions))
        return refuse("has an erase do " + quoted(key.on_erase) +
                      ", which is none of restrict, cascade and set null");
    const auto position = static_cast<std::size_t>(index - entry_.indexes.begin());
    const std::vector<DynamicColumn>& columns = indexes_[position].columns;
    if (action->action == OnErase::set_null && !can_be_cleared(columns, key_))
        return refuse("sets null, which needs an optional column, and none of those in the primary key");
    const auto is_never_null = [&](const std::string& column) {
        return std::any_of(entry_.rules.begin(), entry_.rules.end(),
                           [&](const CatalogRule& rule) { return rule.kind == "not null" && rule.name == column; });
    };
    if (action->action == OnErase::set_null && std::any_of(key.columns.begin(), key.columns.end(), is_never_null))
        return refuse("sets null a column that is never null");
    const auto& context = *foreign_keys_.emplace_back(
        std::make_unique<const DynamicForeignKey>(DynamicForeignKey{key.target, columns}));
    foreign_key_descriptions_.push_back({key.name, position, action->action, key.deferred, &target_of,
                                         &append_target, &append_referring_prefix, &clear_columns, &context});
}

std::vector<std::string_view> DynamicLayout::targets() const {
    std::vector<std::string_view> names;
    for (const ForeignKeyDescription& key : rules_.foreign_keys) names.push_back(key.target(key));
    return names;
}

void DynamicLayout::forget_foreign_keys(std::string_view target) {
    only_read("table " + quoted(target) + ", to which a foreign key of it refers, cannot be used here");
    rules_.foreign_keys = {};
}

}  // namespace cambium::detail
