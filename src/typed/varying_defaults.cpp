#include "typed/varying_defaults.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "cambium/base/error.hpp"
#include "cambium/base/values.hpp"
#include "cambium/codec/cbor.hpp"
#include "typed/state.hpp"

namespace cambium::detail {
namespace {

/// Whether the number is that of a moment less than two days off, in a unit that clocks count from 1970 on.
bool shows_the_present(std::int64_t number) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    constexpr std::array<std::int64_t, 7> kUnits = {
        1, 1000, 1'000'000, kSecond, kSecond * 60, kSecond * 3600, kSecond * 86400};
    const std::int64_t present = now().time_since_epoch().count();
    return std::any_of(kUnits.begin(), kUnits.end(), [&](std::int64_t unit) {
        const std::int64_t margin = 2 * 86400 * kSecond / unit;
        return number > present / unit - margin && number < present / unit + margin;
    });
}

bool shows_the_present(const Document& value) {
    if (value.type() == Document::Type::unsigned_integer)
        return value.as_uint64() <= INT64_MAX && shows_the_present(value.as_int64());
    const auto elements = value.elements();
    const auto members = value.members();
    return std::any_of(elements.begin(), elements.end(),
                       [](const Document& element) { return shows_the_present(element); }) ||
           std::any_of(members.begin(), members.end(),
                       [](const Document::Member& member) { return shows_the_present(member.value); });
}

Document default_document(const TableDescription& table) {
    const std::string bytes = default_record(table);
    return bytes.empty() ? Document() : Document::from_cbor(bytes);
}

std::string default_bytes(const TableDescription& table) {
    const ScratchRecord record(table);
    std::string bytes;
    try {
        table.encode_record(record.get(), bytes);
    } catch (const Error&) {
        bytes.clear();
    }
    return bytes;
}

}  // namespace

std::string default_record(const TableDescription& table) {
    const EvolutionDescription& evolution = *table.evolution;
    if (evolution.shape == nullptr || evolution.shape().kind != codec::Kind::record) return {};
    const ScratchRecord record(table);
    std::string bytes;
    try {
        codec::encode_cbor(evolution.shape(), record.get(), bytes, codec::FieldKeys::names);
    } catch (const Error&) {
        return {};
    }
    return bytes;
}

bool varies(const Document& first, const Document& second) {
    return first != second || shows_the_present(first);
}

VaryingDefaults::VaryingDefaults(const TableDescription& table)
    : first_(default_document(table)), second_(default_document(table)) {
    if (first_.is_null()) whole_record_ = default_bytes(table) != default_bytes(table);
}

bool VaryingDefaults::has(std::string_view field) const {
    if (first_.is_null()) return whole_record_;
    const Document* const first = first_.find(field);
    const Document* const second = second_.find(field);
    if (first == nullptr || second == nullptr) return first != second;
    return varies(*first, *second);
}

}  // namespace cambium::detail
