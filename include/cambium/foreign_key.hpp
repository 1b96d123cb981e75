// ForeignKey: columns that hold the primary key of a record of another table, or of the same; enforced.
//
//     struct Orders : cambium::Table<"orders", Order, cambium::PrimaryKey<&Order::number>, cambium::Cbor,
//         cambium::ForeignKey<"customer", Customers, &Order::customer, cambium::cascade_erase>> {};
//
// A foreign key is an ordered index of its columns too: by<"customer">().equal(7), and what an erase has to look at
// is found without a scan. A null in any column refers to nothing.
//
// What is referred to is a primary key, not the columns of a unique index: a reference is then one look-up to check
// and one to follow, and stays right when the columns of the record referred to change.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "cambium/index.hpp"
#include "cambium/rules.hpp"

namespace cambium {
namespace detail {

enum class Deferred : std::uint8_t { yes };

template <auto... Members>
struct MemberList {};

template <class... Lists>
struct JoinImpl {
    using type = MemberList<>;
};
template <auto... A>
struct JoinImpl<MemberList<A...>> {
    using type = MemberList<A...>;
};
template <auto... A, auto... B, class... Rest>
struct JoinImpl<MemberList<A...>, MemberList<B...>, Rest...> : JoinImpl<MemberList<A..., B...>, Rest...> {};

/// Of values in any order: the member pointers, the action, whether it is deferred.
template <auto Value>
struct KeyPart {
    using Members = MemberList<Value>;
    static constexpr bool acts = false;
    static constexpr OnErase action = OnErase::refuse;
    static constexpr bool deferred = false;
};
template <OnErase Action>
struct KeyPart<Action> {
    using Members = MemberList<>;
    static constexpr bool acts = true;
    static constexpr OnErase action = Action;
    static constexpr bool deferred = false;
};
template <Deferred When>
struct KeyPart<When> {
    using Members = MemberList<>;
    static constexpr bool acts = false;
    static constexpr OnErase action = OnErase::refuse;
    static constexpr bool deferred = true;
};

template <auto Member>
using ReferringType = typename Column<Member>::Type;
template <class T>
struct ReferredType {
    using type = T;
};
template <class T>
struct ReferredType<std::optional<T>> {
    using type = T;
};

template <class T>
void append_referred(std::string& out, const T& value) {
    if constexpr (kIsOptional<T>) {
        key::append(out, *value);
    } else {
        key::append(out, value);
    }
}

/// The encoding of a column in the referring index, from the encoding of the same column of the key referred to.
template <class T>
void append_referring(ByteView& target_key, std::string& out) {
    if constexpr (kIsOptional<T>) out.push_back('\x01');
    const ByteView before = target_key;
    static_cast<void>(key::decode<typename ReferredType<T>::type>(target_key));
    out.append(before.substr(0, before.size() - target_key.size()));
}

template <class T>
void make_null(T& value) {
    if constexpr (kIsOptional<T>) value.reset();
}

/// Whether a member is part of a primary key.
template <auto Member, class KeyColumns>
constexpr bool in_key() {
    for (const std::string_view name : KeyColumns::names) {
        if (name == Column<Member>::name) return true;
    }
    return false;
}

template <class Target>
inline constexpr bool kTargetTable = requires {
    typename Target::TableLayout;
};

/// The functions of a foreign key; what needs the target to be complete is instantiated with the description.
template <class Target, OnErase Action, auto... Members>
struct ForeignKeyFunctions {
    using Record = std::common_type_t<typename Column<Members>::Record...>;

    static std::string_view target(const ForeignKeyDescription&) {
        static_assert(kTargetTable<Target>, "a ForeignKey refers to a type derived from cambium::Table");
        if constexpr (kTargetTable<Target>) {
            using KeyColumns = typename Target::TableLayout::KeyColumns;
            static_assert(std::is_same_v<List<typename ReferredType<ReferringType<Members>>::type...>,
                                         typename KeyColumns::Types>,
                          "the columns of a ForeignKey must have the types of the primary key of the table that it "
                          "refers to, in the same order; each may be optional");
            return Target::table_name;
        } else {
            return {};
        }
    }
    static bool append_target(const ForeignKeyDescription&, const void* record, std::string& out) {
        return append_key(record, out);
    }
    static bool append_key(const void* record, std::string& out) {
        const Record& r = *static_cast<const Record*>(record);
        if ((is_null(r.*Members) || ...)) return false;
        (append_referred(out, r.*Members), ...);
        return true;
    }
    static void append_prefix(const ForeignKeyDescription&, ByteView target_key, std::string& out) {
        (append_referring<ReferringType<Members>>(target_key, out), ...);
    }
    static void clear(const ForeignKeyDescription&, void* record) {
        static_assert((kIsOptional<ReferringType<Members>> || ...) || Action != OnErase::set_null,
                      "a ForeignKey with set_null needs a column that is a std::optional");
        Record& r = *static_cast<Record*>(record);
        (make_null(r.*Members), ...);
    }
};

template <Name KeyName, class Target, OnErase Action, bool IsDeferred, class Members>
struct ForeignKeyOption;
template <Name KeyName, class Target, OnErase Action, bool IsDeferred, auto... Members>
struct ForeignKeyOption<KeyName, Target, Action, IsDeferred, MemberList<Members...>>
    : IndexBase<KeyName, IndexKind::ordered, Members...> {
    using TargetTable = Target;
    template <class Record>
    static consteval IndexMistake mistake() {
        if (!(std::is_member_object_pointer_v<decltype(Members)> && ...)) return IndexMistake::not_referring;
        return IndexBase<KeyName, IndexKind::ordered, Members...>::template mistake<Record>();
    }
    static bool append_target(const void* record, std::string& out) {
        return ForeignKeyFunctions<Target, Action, Members...>::append_key(record, out);
    }
    /// Whether an erase makes this column null.
    static constexpr bool clears(std::string_view column) {
        return Action == OnErase::set_null &&
               ((kIsOptional<ReferringType<Members>> && Column<Members>::name == column) || ...);
    }
    template <class KeyColumns>
    static constexpr ForeignKeyDescription describe_foreign_key(std::size_t index) {
        static_assert(Action != OnErase::set_null ||
                          ((!kIsOptional<ReferringType<Members>> || !in_key<Members, KeyColumns>()) && ...),
                      "a ForeignKey with set_null must not hold an optional column of its own table's primary key");
        using Functions = ForeignKeyFunctions<Target, Action, Members...>;
        return {KeyName.view(),
                index,
                Action,
                IsDeferred,
                &Functions::target,
                &Functions::append_target,
                &Functions::append_prefix,
                &Functions::clear};
    }
};

template <class Index, class KeyColumns>
concept DescribesForeignKey = requires {
    Index::template describe_foreign_key<KeyColumns>(std::size_t{});
};

template <std::size_t Count>
struct ForeignKeyArray {
    ForeignKeyDescription keys[Count]{};
};

template <class KeyColumns, class Indexes>
struct ForeignKeyDescriptions;
template <class KeyColumns, class... Is>
struct ForeignKeyDescriptions<KeyColumns, List<Is...>> {
    static constexpr std::size_t count = (std::size_t{DescribesForeignKey<Is, KeyColumns>} + ... + 0);
    template <class Index>
    static constexpr void add(ForeignKeyArray<count>& array, std::size_t& used, std::size_t position) {
        if constexpr (DescribesForeignKey<Index, KeyColumns>) {
            array.keys[used++] = Index::template describe_foreign_key<KeyColumns>(position);
        }
    }
    static constexpr ForeignKeyArray<count> make() {
        ForeignKeyArray<count> array;
        std::size_t used = 0;
        std::size_t position = 0;
        (add<Is>(array, used, position++), ...);
        return array;
    }
    static constexpr ForeignKeyArray<count> array = make();
    static constexpr std::span<const ForeignKeyDescription> all{array.keys};
};
template <class KeyColumns, class... Is>
requires(!(DescribesForeignKey<Is, KeyColumns> || ...)) struct ForeignKeyDescriptions<KeyColumns, List<Is...>> {
    static constexpr std::span<const ForeignKeyDescription> all{};
};

}  // namespace detail

/// Erasing a record to which others refer is refused: Error{constraint}. An erase that takes those others along, as
/// one of a range, or through another foreign key, is not. This is what a ForeignKey does when nothing is said.
inline constexpr detail::OnErase restrict_erase = detail::OnErase::refuse;
/// Records that refer to an erased one are erased with it.
inline constexpr detail::OnErase cascade_erase = detail::OnErase::cascade;
/// Columns of records that refer to an erased one become null, those that are std::optional; none may be NotNull.
inline constexpr detail::OnErase set_null = detail::OnErase::set_null;
/// What is refused is refused by the commit, so that a transaction may write records in any order.
inline constexpr detail::Deferred deferred = detail::Deferred::yes;

/// Columns that refer to the primary key of Target: members of the types of its columns, or optionals of those
/// (many references of one record, as in a container, are a table of pairs with two foreign keys); then at most one
/// of restrict_erase, cascade_erase, set_null, and `deferred`. Target may be the table itself, declared ahead
/// (`struct Nodes;`).
template <detail::Name KeyName, class Target, auto... MembersAndActions>
struct ForeignKey
    : detail::ForeignKeyOption<
          KeyName, Target,
          static_cast<detail::OnErase>((0 + ... + static_cast<int>(detail::KeyPart<MembersAndActions>::action))),
          (detail::KeyPart<MembersAndActions>::deferred || ...),
          typename detail::JoinImpl<typename detail::KeyPart<MembersAndActions>::Members...>::type> {
    static_assert((0 + ... + int{detail::KeyPart<MembersAndActions>::acts}) <= 1,
                  "a ForeignKey has at most one of restrict_erase, cascade_erase and set_null");
};

}  // namespace cambium
