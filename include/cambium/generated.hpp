// Primary keys that the store makes: AutoIncrement and GeneratedUuid, options of a Table.
//
//     struct Events : cambium::Table<"events", Event, cambium::PrimaryKey<&Event::id>, cambium::AutoIncrement,
//                                    cambium::Cbor> {};
//     event.id = events.insert(event);
//
// insert() of a record whose key is zero (or the nil UUID) gives it the next one and returns it. A key that is not
// zero is stored as it is. The other writes need the key of a record and refuse zero: Error{invalid_argument}.
//
// Where the key is outside the value, append() stores a value under the next key and returns it; every other write
// is given a key, and zero is one like others:
//
//     struct Log : cambium::Table<"log", std::string, cambium::Key<std::uint64_t>, cambium::AutoIncrement,
//                                 cambium::Cbor> {};
//     const std::uint64_t number = log.append("started");
//
// AutoIncrement counts up from 1 in the file, so numbers are unique among processes and no number is given twice,
// whatever was erased or truncated. A larger number that a record brings along moves the count on to it. The count
// is part of the transaction: a rollback gives its numbers back, that of a nested scope too, as nobody else has
// seen them. After the largest number of the key's type there is Error{constraint}.
//
// GeneratedUuid is Uuid::v7(): keys of one process ascend, keys of all sort by time.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

#include "cambium/base/values.hpp"
#include "cambium/extras.hpp"
#include "cambium/key/key.hpp"

namespace cambium {
namespace detail {

struct GeneratorOption {};
struct TableHandle;

/// The number that the next record gets. Error{constraint} when there is none left.
[[nodiscard]] std::uint64_t next_number(const TableHandle& handle);
/// Error{invalid_argument}: a zero key outside insert().
[[noreturn]] void refuse_zero_key(const TableHandle& handle);

template <class T>
std::uint64_t key_number(ByteView key) {
    const T number = key::decode<T>(key);
    return number > 0 ? static_cast<std::uint64_t>(number) : 0;
}

}  // namespace detail

/// The primary key, one integer, is counted up by insert().
struct AutoIncrement {
    using cambium_option = detail::GeneratorOption;
    template <class Key>
    static constexpr bool makes = std::is_integral_v<Key> && !std::is_same_v<Key, bool> && sizeof(Key) <= 8;
    template <class Key>
    static constexpr detail::GeneratorDescription describe() {
        return {"auto_increment", &detail::key_number<Key>,
                static_cast<std::uint64_t>(std::numeric_limits<Key>::max())};
    }
    template <class Key>
    static Key next(const detail::TableHandle& handle) {
        return static_cast<Key>(detail::next_number(handle));
    }
};

/// The primary key, a Uuid, is a time-ordered one made by insert().
struct GeneratedUuid {
    using cambium_option = detail::GeneratorOption;
    template <class Key>
    static constexpr bool makes = std::is_same_v<Key, Uuid>;
    template <class Key>
    static constexpr detail::GeneratorDescription describe() {
        return {"uuid"};
    }
    template <class Key>
    static Key next(const detail::TableHandle&) {
        return Uuid::v7();
    }
};

}  // namespace cambium
