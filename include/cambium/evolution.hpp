// The options of a Table that say how an earlier declaration became this one: Renamed, Dropped, RenamedTable,
// SchemaVersion and Migration.
//
// Most changes need none of them: new fields, new, changed and dropped indexes, wider numbers and members that have
// become optional apply by themselves. A field that is gone is refused until Dropped says that its content may go,
// or Renamed where it went. What a new declaration cannot say is a Migration: a function from the old record type
// to the new one, run once over every record.
//
//     struct Customers : cambium::Table<"customers", Customer, cambium::PrimaryKey<&Customer::id>, cambium::Cbor,
//         cambium::RenamedTable<"clients">,                            // was called so
//         cambium::Renamed<"mail", &Customer::email>,                  // this field was called "mail"
//         cambium::Dropped<"fax">,                                     // its content may be lost
//         cambium::SchemaVersion<3>,
//         cambium::Migration<1, CustomerV1, &second_from_first>,       // CustomerV2 from CustomerV1
//         cambium::Migration<2, CustomerV2, &third_from_second>> {};   // Customer from CustomerV2
//
// These options may stay in the declaration for good: they say what was, and do nothing to a file that is up to
// date.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "cambium/base/bytes.hpp"
#include "cambium/codec/codec.hpp"
#include "cambium/codec/reflect.hpp"
#include "cambium/description.hpp"
#include "cambium/name.hpp"
#include "cambium/record_fields.hpp"

namespace cambium {
namespace detail {

struct EvolutionOption {};
enum class EvolutionKind : std::uint8_t { renamed, dropped, former_table, version, migration };

}  // namespace detail

/// The member was a field of this name, which no member has now. Stored records are rewritten when the file is
/// opened, where the codec stores names: O(records).
template <detail::Name OldName, auto Member>
struct Renamed {
    using cambium_option = detail::EvolutionOption;
    static constexpr auto kind = detail::EvolutionKind::renamed;
    static constexpr std::string_view from = OldName.view();
};

/// The record had a field of this name, which no member has now, and whose content may be lost. Stored records are
/// rewritten without it when the file is opened: O(records). For codecs that store names.
template <detail::Name OldName>
struct Dropped {
    using cambium_option = detail::EvolutionOption;
    static constexpr auto kind = detail::EvolutionKind::dropped;
    static constexpr std::string_view from = OldName.view();
};

/// The table was called so. Its records stay where they are: O(1). Once for every name that it had. A file that has
/// a table of the name now is not asked for one of these; one that has none takes the records of the table that has
/// one of them, and opening refuses when there are two, or when another table is declared that means the same.
template <detail::Name OldName>
struct RenamedTable {
    using cambium_option = detail::EvolutionOption;
    static constexpr auto kind = detail::EvolutionKind::former_table;
    static constexpr std::string_view from = OldName.view();
};

/// The version of this declaration, from 1, which it has without this option. Only a declaration with migrations
/// needs another one.
template <std::uint64_t Version>
struct SchemaVersion {
    using cambium_option = detail::EvolutionOption;
    static constexpr auto kind = detail::EvolutionKind::version;
    static constexpr std::uint64_t version = Version;
};

/// Makes records of version `From` into those of version From + 1: `Function` is Next (const OldRecord&), where
/// Next is the old record of the following migration, or the record of the table. The old records were stored by
/// OldCodec, by default the codec of the table. Run in steps of many records, each a transaction of its own, when
/// the file is opened; a program that is killed or cancelled in between goes on where it was at the next opening.
/// Until the last step is done the table is closed to all who declare another version. When a record stands in the
/// way of a step, or of what follows (an exception of the function, a new unique index, a rule), the steps are
/// taken back, and the old declaration opens the table.
template <std::uint64_t From, class OldRecord, auto Function, class OldCodec = void>
struct Migration {
    using cambium_option = detail::EvolutionOption;
    static constexpr auto kind = detail::EvolutionKind::migration;
};

namespace detail {

template <class Option>
struct RenamedMember;
template <Name OldName, auto Member>
struct RenamedMember<Renamed<OldName, Member>> {
    template <class Record>
    static constexpr bool belongs_to = [] {
        if constexpr (std::is_member_object_pointer_v<decltype(Member)>)
            return std::is_same_v<reflect::member_class<Member>, Record>;
        else
            return false;
    }();
    static constexpr RenamedDescription description{OldName.view(), reflect::member_name<Member>};
};

template <class M>
struct MigrationParts;
template <std::uint64_t From, class OldRecord, auto Function, class OldCodec>
struct MigrationParts<Migration<From, OldRecord, Function, OldCodec>> {
    using Old = OldRecord;
    using Codec = OldCodec;
    static constexpr std::uint64_t from = From;
    static constexpr auto function = Function;
};

/// One migration, whose records become those of type Next.
template <class M, class Next, class TableCodec>
struct MigrationStep {
    using Parts = MigrationParts<M>;
    using Old = typename Parts::Old;
    using Codec = std::conditional_t<std::is_void_v<typename Parts::Codec>, TableCodec, typename Parts::Codec>;

    static constexpr bool has_record = reflect::Record<Old>;
    static constexpr bool has_codec = cambium::Codec<Codec, Old>;
    static constexpr bool has_function = std::is_invocable_r_v<Next, decltype(Parts::function), const Old&>;

    static void* create() { return new Old{}; }
    static void destroy(void* record) noexcept { delete static_cast<Old*>(record); }
    static void decode(ByteView bytes, void* record) {
        Old& old = *static_cast<Old*>(record);
        old = Old{};
        Codec::decode(bytes, old);
    }
    static void upgrade(const void* record, void* next) {
        *static_cast<Next*>(next) = Parts::function(*static_cast<const Old*>(record));
    }
    static constexpr MigrationDescription description{Parts::from,
                                                      Codec::name,
                                                      FieldDescriptions<Old, decltype(field_positions<Old>())>::all,
                                                      &create,
                                                      &destroy,
                                                      &decode,
                                                      &upgrade,
                                                      codec::kEnumerators<Codec>};
};

/// The steps of a row of migrations, each with the record type that it makes.
template <class Record, class TableCodec, class Migrations>
struct MigrationSteps {
    using type = List<>;
};
template <class Record, class TableCodec, class Last>
struct MigrationSteps<Record, TableCodec, List<Last>> {
    using type = List<MigrationStep<Last, Record, TableCodec>>;
};
template <class Record, class TableCodec, class First, class Second, class... Rest>
struct MigrationSteps<Record, TableCodec, List<First, Second, Rest...>> {
    using type = Concat<List<MigrationStep<First, typename MigrationParts<Second>::Old, TableCodec>>,
                        typename MigrationSteps<Record, TableCodec, List<Second, Rest...>>::type>;
};

/// Of a codec that has wire<Record>(): a JSON object, see EvolutionDescription::wire.
template <class Record, class TableCodec>
constexpr std::string_view wire_of() {
    if constexpr (requires { TableCodec::template wire<Record>(); }) return TableCodec::template wire<Record>();
    return {};
}

/// Decoding under other names, where the codec stores them: it then has decode_as(const codec::Shape&, ByteView,
/// R&).
template <class Record, class TableCodec>
struct NamedDecoder {
    static constexpr bool has = requires(const codec::Shape& shape, ByteView bytes, Record& record) {
        TableCodec::decode_as(shape, bytes, record);
    };
    static constexpr auto function() -> void (*)(const codec::Shape&, ByteView, void*) {
        if constexpr (has)
            return [](const codec::Shape& shape, ByteView bytes, void* record) {
                TableCodec::decode_as(shape, bytes, *static_cast<Record*>(record));
            };
        else
            return nullptr;
    }
    static constexpr auto shape() -> const codec::Shape& (*)() {
        if constexpr (has)
            return &codec::shape_of<Record>;
        else
            return nullptr;
    }
};

/// What may be wrong with the options of this header.
enum class EvolutionMistake : std::uint8_t {
    none,
    foreign_member,
    still_declared,
    twice,
    order,
    record,
    codec,
    function
};

/// Whether a record has a field of this name.
template <class Record>
constexpr bool has_field(std::string_view name) {
    for (const FieldDescription& field : FieldDescriptions<Record, decltype(field_positions<Record>())>::all)
        if (field.name == name) return true;
    return false;
}

template <class Record, class TableCodec, class Renames, class Drops, class Formers, class Versions,
          class Migrations, class Steps = typename MigrationSteps<Record, TableCodec, Migrations>::type>
struct EvolutionParts;
template <class Record, class TableCodec, class... Rs, class... Ds, class... Fs, class... Vs, class... Ms,
          class... Steps>
struct EvolutionParts<Record, TableCodec, List<Rs...>, List<Ds...>, List<Fs...>, List<Vs...>, List<Ms...>,
                      List<Steps...>> {
    static constexpr std::uint64_t version = (std::uint64_t{1} + ... + (Vs::version - 1));

    // Each makes the version that the next begins with, and the last one that of the table.
    static constexpr bool in_order() {
        std::uint64_t at = version - sizeof...(Ms);
        return sizeof...(Ms) < version && ((MigrationParts<Ms>::from == at++) && ...);
    }

    static constexpr EvolutionMistake mistake() {
        if constexpr (!(RenamedMember<Rs>::template belongs_to<Record> && ...))
            return EvolutionMistake::foreign_member;
        else if constexpr ((has_field<Record>(Rs::from) || ...) || (has_field<Record>(Ds::from) || ...))
            return EvolutionMistake::still_declared;
        else if constexpr (sizeof...(Vs) > 1)
            return EvolutionMistake::twice;
        else if constexpr (sizeof...(Ms) > 0 && !in_order())
            return EvolutionMistake::order;
        else if constexpr (!(Steps::has_record && ...))
            return EvolutionMistake::record;
        else if constexpr (!(Steps::has_codec && ...))
            return EvolutionMistake::codec;
        else if constexpr (!(Steps::has_function && ...))
            return EvolutionMistake::function;
        else
            return EvolutionMistake::none;
    }

    /// Only of options without a mistake.
    struct Constants {
        static constexpr auto renames =
            std::array<RenamedDescription, sizeof...(Rs)>{RenamedMember<Rs>::description...};
        static constexpr auto drops = std::array<std::string_view, sizeof...(Ds)>{Ds::from...};
        static constexpr auto migrations =
            std::array<MigrationDescription, sizeof...(Steps)>{Steps::description...};
        static constexpr auto formers = std::array<std::string_view, sizeof...(Fs)>{Fs::from...};
        static constexpr EvolutionDescription description{formers,
                                                          version,
                                                          renames,
                                                          drops,
                                                          migrations,
                                                          NamedDecoder<Record, TableCodec>::function(),
                                                          NamedDecoder<Record, TableCodec>::shape(),
                                                          {},
                                                          wire_of<Record, TableCodec>()};
    };
};

template <EvolutionKind Kind, class... Options>
using EvolutionsOf = Concat<std::conditional_t<Options::kind == Kind, List<Options>, List<>>...>;

/// The options of this header that a table has.
template <class Record, class TableCodec, class Options>
struct EvolutionOf;
template <class Record, class TableCodec>
struct EvolutionOf<Record, TableCodec, List<>> {
    static constexpr EvolutionMistake mistake = EvolutionMistake::none;
    struct Constants {
        static constexpr EvolutionDescription describe() {
            EvolutionDescription description;
            description.decode_as = NamedDecoder<Record, TableCodec>::function();
            description.shape = NamedDecoder<Record, TableCodec>::shape();
            description.wire = wire_of<Record, TableCodec>();
            return description;
        }
        static constexpr EvolutionDescription description = describe();
    };
};
template <class Record, class TableCodec, class First, class... More>
struct EvolutionOf<Record, TableCodec, List<First, More...>> {
    using Parts = EvolutionParts<Record, TableCodec, EvolutionsOf<EvolutionKind::renamed, First, More...>,
                                 EvolutionsOf<EvolutionKind::dropped, First, More...>,
                                 EvolutionsOf<EvolutionKind::former_table, First, More...>,
                                 EvolutionsOf<EvolutionKind::version, First, More...>,
                                 EvolutionsOf<EvolutionKind::migration, First, More...>>;
    static constexpr EvolutionMistake mistake = Parts::mistake();
    using Constants = typename Parts::Constants;
};

template <EvolutionMistake Found>
constexpr void tell_evolution_mistake() {
    static_assert(Found != EvolutionMistake::foreign_member,
                  "Renamed<\"old name\", &Record::member> names a member of the record of its table");
    static_assert(
        Found != EvolutionMistake::still_declared,
        "Renamed<\"name\", ...> or Dropped<\"name\"> says that there is no field of that name any more, and "
        "the record of the table has one; where a new field takes the name of an old one, a Migration says "
        "which is which");
    static_assert(Found != EvolutionMistake::twice, "a table has at most one SchemaVersion");
    static_assert(
        Found != EvolutionMistake::order,
        "the migrations of a table stand in order of their versions, without a gap, and the last one makes "
        "the SchemaVersion of the table");
    static_assert(Found != EvolutionMistake::record,
                  "the old record of a Migration must be an aggregate, as that of a table");
    static_assert(Found != EvolutionMistake::codec,
                  "the codec of a Migration cannot hold its old record; name the one that stored it last: "
                  "Migration<1, OldRecord, &function, OldCodec>");
    static_assert(Found != EvolutionMistake::function,
                  "the function of a Migration takes the old record by const reference and returns the record of "
                  "the next version");
}

}  // namespace detail
}  // namespace cambium
