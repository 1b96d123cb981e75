// Members in their order, each at the next place that its alignment allows, as the ABIs have it.
#include "memory_layout.hpp"

#include <algorithm>
#include <string_view>

namespace cambium::codegen {

namespace {

struct Layout {
    std::size_t size = 0;
    std::size_t alignment = 1;
    std::optional<Padding> padding;
};

Layout layout_of(const Record& record);

std::size_t scalar_size(std::string_view schema_type) {
    if (schema_type == "bool" || schema_type == "byte" || schema_type == "ubyte") return 1;
    if (schema_type == "short" || schema_type == "ushort") return 2;
    return schema_type == "int" || schema_type == "uint" || schema_type == "float" ? 4 : 8;
}

Layout layout_of(const Field& field) {
    Layout one;
    switch (field.type.kind) {
        case Kind::uuid:
        case Kind::fixed_bytes:
            one.size = field.type.length;
            break;
        case Kind::structure:
            one = layout_of(*field.type.record);
            break;
        case Kind::enumeration:
            one.size = one.alignment = scalar_size(field.type.enumeration->schema_type);
            break;
        default:
            one.size = one.alignment = scalar_size(field.type.schema_type);
    }
    if (field.container == Container::array) one.size *= field.array_length;
    return one;
}

/// How far it is from `offset` to the next place of this alignment.
std::size_t distance(std::size_t offset, std::size_t alignment) {
    return (alignment - offset % alignment) % alignment;
}

Layout layout_of(const Record& record) {
    Layout all;
    const auto pad = [&](std::size_t bytes, const std::string& before) {
        if (bytes != 0 && !all.padding) all.padding = Padding{before, &record, before, bytes};
        all.size += bytes;
    };
    for (const Field& field : record.fields) {
        if (field.is_deprecated) continue;
        const Layout one = layout_of(field);
        pad(distance(all.size, one.alignment), field.name);
        if (one.padding && !all.padding) {
            all.padding = one.padding;
            all.padding->field = field.name;
        }
        all.size += one.size;
        all.alignment = std::max(all.alignment, one.alignment);
    }
    pad(distance(all.size, all.alignment), "");
    return all;
}

}  // namespace

std::optional<Padding> first_padding(const Record& record) {
    return layout_of(record).padding;
}

}  // namespace cambium::codegen
