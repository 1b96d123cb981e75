// The options of a table that are neither key, codec, index nor rule, sorted out: AutoIncrement, GeneratedUuid,
// ChangeLog, ExpiresAt.
#pragma once

#include "cambium/expiry.hpp"
#include "cambium/extras.hpp"
#include "cambium/generated.hpp"
#include "cambium/name.hpp"

namespace cambium::detail {

enum class ExtraMistake { none, two_generators, generator, two_logs, two_expiries, expiry };

/// The generator among the options, or what stands for none.
template <class Generators, class KeyTypes>
struct GeneratorOf {
    static constexpr bool exists = false;
    static constexpr ExtraMistake mistake = ExtraMistake::generator;
};
template <class KeyTypes>
struct GeneratorOf<List<>, KeyTypes> {
    static constexpr bool exists = false;
    static constexpr ExtraMistake mistake = ExtraMistake::none;
    static constexpr GeneratorDescription description{};
};
template <class Option, class Key>
struct GeneratorOf<List<Option>, List<Key>> {
    static constexpr bool exists = Option::template makes<Key>;
    static constexpr ExtraMistake mistake = exists ? ExtraMistake::none : ExtraMistake::generator;
    static constexpr GeneratorDescription description = Option::template describe<Key>();
    static Key next(const TableHandle& handle) { return Option::template next<Key>(handle); }
};
template <class First, class Second, class... More, class KeyTypes>
struct GeneratorOf<List<First, Second, More...>, KeyTypes> {
    static constexpr bool exists = false;
    static constexpr ExtraMistake mistake = ExtraMistake::two_generators;
};

template <class Logs>
struct LogOf {
    static constexpr LogDescription description{};
};
template <class Log>
struct LogOf<List<Log>> {
    static constexpr LogDescription description = Log::describe();
};

/// The end of a table's records, and the index that it brings along.
template <class Record, class Expiries>
struct ExpiryOf {
    static constexpr ExtraMistake mistake = ExtraMistake::two_expiries;
    using Indexes = List<>;
};
template <class Record>
struct ExpiryOf<Record, List<>> {
    static constexpr ExtraMistake mistake = ExtraMistake::none;
    using Indexes = List<>;
    static constexpr ExpiryDescription description{};
};
template <class Record, class Expiry>
struct ExpiryOf<Record, List<Expiry>> {
    static constexpr ExtraMistake mistake =
        Expiry::template fits<Record>() ? ExtraMistake::none : ExtraMistake::expiry;
    using Indexes = List<typename Expiry::Index>;
    static constexpr ExpiryDescription description = Expiry::template describe<Record>();
};

/// The extra options of one table.
template <class Record, class Generators, class Logs, class Expiries>
struct ExtraOptions {
    using Expiry = ExpiryOf<Record, Expiries>;
    static constexpr bool expires = Expiries::size > 0;
    using Log = LogOf<Logs>;
    template <class KeyTypes>
    using Generator = GeneratorOf<Generators, KeyTypes>;
    template <class KeyTypes>
    static constexpr ExtraMistake mistake = Logs::size > 1                          ? ExtraMistake::two_logs
                                            : Expiry::mistake != ExtraMistake::none ? Expiry::mistake
                                                                                    : Generator<KeyTypes>::mistake;
};

template <class Extras, class KeyTypes>
struct ExtrasTable {
    static constexpr ExtrasDescription description{Extras::template Generator<KeyTypes>::description,
                                                   Extras::Log::description, Extras::Expiry::description};
};

template <ExtraMistake Found>
constexpr void tell_extra_mistake() {
    static_assert(Found != ExtraMistake::two_generators,
                  "a table makes its keys in one way: AutoIncrement or GeneratedUuid, once");
    static_assert(Found != ExtraMistake::generator,
                  "AutoIncrement needs a primary key of one integer column, GeneratedUuid one of one Uuid column");
    static_assert(Found != ExtraMistake::two_logs, "a table keeps one ChangeLog");
    static_assert(Found != ExtraMistake::two_expiries, "the records of a table have one end: one ExpiresAt");
    static_assert(Found != ExtraMistake::expiry,
                  "ExpiresAt needs a pointer to a member of the table's record, of type cambium::Timestamp or "
                  "std::optional<cambium::Timestamp>");
}

}  // namespace cambium::detail
