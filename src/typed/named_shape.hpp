// The shape of a record type whose fields go by other names: how stored records are decoded whose fields were
// called otherwise, and how fields are left out that nobody asks for.
//
// Thread rule: constant once made.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "cambium/codec/shape.hpp"

namespace cambium::detail {

class NamedShape {
public:
    /// name_of(field) is the name of a field, given that of the declaration; nothing (std::string_view()) leaves
    /// the field out, so that a codec skips what is stored of it. The declaration's shape is one of a record, and
    /// must outlive this.
    template <class NameOf>
    NamedShape(const codec::Shape& declared, NameOf&& name_of) : record_(declared.record()), shape_(declared) {
        fields_.assign(record_.fields, record_.fields + record_.count);
        for (codec::FieldShape& field : fields_) field.name = name_of(field.name);
        sort();
    }
    NamedShape(const NamedShape&) = delete;
    NamedShape& operator=(const NamedShape&) = delete;
    ~NamedShape() = default;

    [[nodiscard]] const codec::Shape& shape() const noexcept { return shape_; }
    /// What a record has that no field here is called is skipped, also where the type would keep it.
    void skip_unknown() noexcept { record_.unknown = record_.count; }

private:
    void sort();

    codec::RecordShape record_;
    codec::Shape shape_;
    std::vector<codec::FieldShape> fields_;
    std::vector<std::uint8_t> sorted_;
};

}  // namespace cambium::detail
