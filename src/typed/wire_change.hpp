// Whether FlatBuffers of one schema are read rightly by code of another, as far as the types of fields do not say.
//
// Compares what FlatBuffersSchema::wire says. Thread rule: from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cambium/codec/document.hpp"

namespace cambium::detail {

/// What one schema says of a record or of what a field holds, maybe nothing. A view of the schema's document, which
/// describes each table, struct and union once: here every reference has been followed.
class Wire {
public:
    Wire() = default;
    /// The record of the table. An empty document says nothing.
    explicit Wire(const Document& schema) noexcept : schema_(&schema), said_(&schema) {}

    /// Whether it is said where the fields of the record are; their order is then no matter.
    [[nodiscard]] bool tells_places() const noexcept;
    /// Whether the place of a field that is no longer read stays taken.
    [[nodiscard]] bool keeps_place(std::string_view field) const;
    [[nodiscard]] bool requires_field(std::string_view field) const;
    [[nodiscard]] bool is_struct() const noexcept;

    /// Of a field.
    [[nodiscard]] Wire field(std::string_view name) const noexcept;
    /// Of a union's member, counted from 0 by type numbers.
    [[nodiscard]] Wire member(std::size_t position) const;
    struct Deprecated;
    /// Of a field that is no longer read; nothing when there is none of the name, or when only its place was kept.
    [[nodiscard]] std::optional<Deprecated> deprecated(std::string_view field) const;

    /// What is said, null when nothing is. That of one type is at one address.
    [[nodiscard]] const Document* said() const noexcept { return said_; }

    /// The same of `what`, which is a part of this schema.
    [[nodiscard]] Wire of(const Document* what) const noexcept;

private:
    const Document* schema_ = nullptr;
    const Document* said_ = nullptr;
};

struct Wire::Deprecated {
    std::string_view type;  ///< as the catalog names it
    Wire wire;
};

/// What is in the way, one sentence each: another default, a struct of another layout, a field in the place of
/// another, one that is required and was not, type numbers of a union that mean something else. Empty when nothing
/// is, or when one of the two is unknown. Two types that stand for each other are compared once, wherever fields
/// lead to them and whatever they are called, so a sentence names the first way there. O(pairs of types, each times
/// its fields).
[[nodiscard]] std::vector<std::string> wire_differences(const Document& before, const Document& now);

}  // namespace cambium::detail
