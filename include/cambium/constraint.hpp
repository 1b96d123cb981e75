// The options of a Table that say what its records must satisfy: NotNull, Check, RowVersion.
//
//     bool is_adult(const Customer& c) { return c.age >= 18; }
//
//     struct Customers : cambium::Table<"customers", Customer, cambium::PrimaryKey<&Customer::id>, cambium::Cbor,
//         cambium::NotNull<&Customer::city>, cambium::Check<"adult", &is_adult>,
//         cambium::RowVersion<&Customer::revision>> {};
//
// Rules are checked by every write, before anything is written; a violation is Error{constraint}. Added to a table
// that has records, they are verified by the open that adds them, which is refused when a record fails.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

#include "cambium/column.hpp"
#include "cambium/name.hpp"
#include "cambium/rules.hpp"

namespace cambium {
namespace detail {

struct RuleOption {};

template <class F>
struct PredicateRecord {
    using type = void;
};
template <class R>
struct PredicateRecord<bool (*)(const R&)> {
    using type = R;
};
template <class R>
struct PredicateRecord<bool (*)(const R&) noexcept> {
    using type = R;
};

}  // namespace detail

/// A member, a std::optional, that must not be null. The type stays optional for those who fill it step by step.
template <auto Member>
struct NotNull {
    using cambium_option = detail::RuleOption;
    static constexpr detail::RuleKind kind = detail::RuleKind::not_null;
    static constexpr std::string_view name = detail::Column<Member>::name;
    static constexpr std::uint32_t version = 0;
    template <class Record>
    static constexpr bool belongs_to = std::is_same_v<typename detail::Column<Member>::Record, Record>;
    static constexpr bool sensible = detail::kIsOptional<typename detail::Column<Member>::Type>;
    static bool holds(const detail::RuleDescription&, const void* record) {
        return !detail::is_null(
            detail::Column<Member>::of(*static_cast<const typename detail::Column<Member>::Record*>(record)));
    }
};

/// A function `bool(const Record&)` that must answer true for every record. It must depend on nothing but the
/// record, and is called inside of writes: it must not use the transaction. The file remembers name and version:
/// change the version with the function, and the records are verified again. One that throws refuses the write with
/// its exception.
template <detail::Name CheckName, auto Predicate, std::uint32_t Version = 0>
struct Check {
    using cambium_option = detail::RuleOption;
    using Argument = typename detail::PredicateRecord<std::remove_cv_t<decltype(Predicate)>>::type;
    static constexpr detail::RuleKind kind = detail::RuleKind::check;
    static constexpr std::string_view name = CheckName.view();
    static constexpr std::uint32_t version = Version;
    template <class Record>
    static constexpr bool belongs_to = std::is_same_v<Argument, Record>;
    static constexpr bool sensible = true;
    static bool holds(const detail::RuleDescription&, const void* record) {
        return Predicate(*static_cast<const Argument*>(record));
    }
};

/// A member, an unsigned integer outside the primary key, that counts the changes of a record, kept by every write:
/// a new record is stored with the number it has, and every change stores the number before plus one. replace() and
/// update(record) succeed only when the stored number is the record's: what was read and changed elsewhere is not
/// overwritten. See Writer. It never begins again: a change of a record whose number is the last of its type is
/// Error{constraint}. Take 32 bits or more.
template <auto Member>
struct RowVersion {
    using cambium_option = detail::RuleOption;
    using Type = typename detail::Column<Member>::Type;
    using Owner = typename detail::Column<Member>::Record;
    static constexpr std::string_view name = detail::Column<Member>::name;
    template <class Record>
    static constexpr bool belongs_to = std::is_same_v<Owner, Record>;
    static constexpr bool sensible = std::is_unsigned_v<Type> && !std::is_same_v<Type, bool>;
    static std::uint64_t get(const void* record) { return static_cast<const Owner*>(record)->*Member; }
    static void set(void* record, std::uint64_t version) {
        static_cast<Owner*>(record)->*Member = static_cast<Type>(version);
    }
    static constexpr detail::RowVersionDescription description{name, &get, &set};
};

namespace detail {

template <class Option>
inline constexpr bool kIsRowVersion = false;
template <auto Member>
inline constexpr bool kIsRowVersion<RowVersion<Member>> = true;

template <class Option>
inline constexpr bool kIsCheck = false;
template <Name N, auto Predicate, std::uint32_t Version>
inline constexpr bool kIsCheck<Check<N, Predicate, Version>> = true;

/// The rules of a table, sorted out.
template <class Record, class Options>
struct RulesOf;
template <class Record, class... Options>
struct RulesOf<Record, List<Options...>> {
    static constexpr std::size_t row_versions = (std::size_t{kIsRowVersion<Options>} + ... + 0);
    static constexpr bool belong = ((Options::template belongs_to<Record> || kIsCheck<Options>)&&...);
    static constexpr bool predicates = ((!kIsCheck<Options> || Options::template belongs_to<Record>)&&...);
    static constexpr bool sensible = (Options::sensible && ...);
    static constexpr bool named() {
        if constexpr (sizeof...(Options) > 1) {
            return all_different({Options::name...});
        } else {
            return true;
        }
    }
    static constexpr bool right = row_versions <= 1 && belong && predicates && sensible && named();
};

template <class Record, class Rules>
constexpr bool tell_rule_mistake() {
    static_assert(Rules::row_versions <= 1, "a table has at most one RowVersion");
    static_assert(Rules::belong, "a NotNull or RowVersion of this table names a member of another record type");
    static_assert(Rules::predicates, "a Check of this table needs a function bool(const Record&) of its record");
    static_assert(Rules::sensible, "NotNull names a std::optional member, RowVersion a member of an unsigned type");
    static_assert(Rules::named(), "two rules of this table have the same name");
    return true;
}

/// The descriptions of a list of rules without RowVersion.
template <class Rules>
struct RuleDescriptions;
template <>
struct RuleDescriptions<List<>> {
    static constexpr std::span<const RuleDescription> all{};
};
template <class... Rules>
struct RuleDescriptions<List<Rules...>> {
    static constexpr RuleDescription all[] = {
        RuleDescription{Rules::name, Rules::kind, Rules::version, &Rules::holds}...};
};

template <class Versions>
inline constexpr const RowVersionDescription* kRowVersion = nullptr;
template <class Version>
inline constexpr const RowVersionDescription* kRowVersion<List<Version>> = &Version::description;

template <class... Options>
using OnlyRowVersions = Concat<std::conditional_t<kIsRowVersion<Options>, List<Options>, List<>>...>;
template <class... Options>
using WithoutRowVersions = Concat<std::conditional_t<kIsRowVersion<Options>, List<>, List<Options>>...>;

}  // namespace detail
}  // namespace cambium
