// Table: the declaration of a persistent table over a plain aggregate.
//
//     struct Customers : cambium::Table<"customers", Customer,
//         cambium::PrimaryKey<&Customer::id>, cambium::Cbor,
//         cambium::Unique<"email", &Customer::email>,
//         cambium::OrderedIndex<"city_joined", &Customer::city, &Customer::joined>> {};
//
// The key may also lie outside the value, which may then be anything the codec takes: see Key in outside_key.hpp.
//
// A declaration holds no data and does nothing by itself: Database::open makes the file agree with it, Reader
// and Writer use it inside a transaction. Options after the record may come in any order. Include the codec's own
// header (cambium/codec/cbor.hpp, ...) where the table is declared.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "cambium/codec/codec.hpp"
#include "cambium/codec/reflect.hpp"
#include "cambium/column.hpp"
#include "cambium/constraint.hpp"
#include "cambium/description.hpp"
#include "cambium/evolution.hpp"
#include "cambium/foreign_key.hpp"
#include "cambium/index.hpp"
#include "cambium/name.hpp"
#include "cambium/outside_key.hpp"
#include "cambium/record_fields.hpp"
#include "cambium/table_extras.hpp"

namespace cambium {
namespace detail {

struct CodecOption {};

template <class Option>
struct OptionKindImpl {
    using type = CodecOption;
};
template <class Option>
requires requires {
    typename Option::cambium_option;
}
struct OptionKindImpl<Option> {
    using type = typename Option::cambium_option;
};

/// The options of one kind, in the order written.
template <class Kind, class... Options>
using OptionsOf = Concat<
    std::conditional_t<std::is_same_v<typename OptionKindImpl<Options>::type, Kind>, List<Options>, List<>>...>;

/// How a description gets the primary key of a record; not at all when the key is outside.
template <class KeyColumns>
constexpr auto key_encoder() -> void (*)(const void*, std::string&) {
    if constexpr (requires { &KeyColumns::append; })
        return &KeyColumns::append;
    else
        return nullptr;
}
template <class KeyColumns>
constexpr std::span<const TypeName> key_type_names() {
    if constexpr (requires { KeyColumns::types; })
        return KeyColumns::types;
    else
        return {};
}

template <class Record, class Indexes>
struct IndexDescriptions;
template <class Record>
struct IndexDescriptions<Record, List<>> {
    static constexpr std::span<const IndexDescription> all{};
};
template <class Record, class... Is>
struct IndexDescriptions<Record, List<Is...>> {
    static constexpr IndexDescription all[] = {Is::template describe<Record>()...};
};

template <class Indexes>
struct IndexNames;
template <>
struct IndexNames<List<>> {
    static constexpr bool different = true;
    static constexpr bool not_reserved = true;
    static constexpr std::size_t find(std::string_view) { return 0; }
};
template <class... Is>
struct IndexNames<List<Is...>> {
    static constexpr std::string_view all[] = {Is::name...};
    static constexpr bool different = all_different(all);
    /// Names that begin with "cambium." are those of indexes that options of a table make, as ExpiresAt does.
    static constexpr bool not_reserved = !(Is::name.starts_with("cambium.") || ...);
    /// The position of a name, or the number of indexes when there is none of it.
    static constexpr std::size_t find(std::string_view name) {
        std::size_t position = 0;
        while (position < sizeof...(Is) && all[position] != name) ++position;
        return position;
    }
};

/// What a table needs to encode and decode its records.
template <class Record, class Codec>
struct RecordFunctions {
    static void encode(const void* record, std::string& out) {
        Codec::encode(*static_cast<const Record*>(record), out);
    }
    static void decode(ByteView bytes, void* record) {
        Record& r = *static_cast<Record*>(record);
        r = Record{};
        Codec::decode(bytes, r);
    }
    static void* create(const TableDescription&) { return new Record{}; }
    static void destroy(void* record) noexcept { delete static_cast<Record*>(record); }
};

/// What a walk over a table yields: the record, or the key and the value when the key is outside.
template <bool Outside, class KeyValue, class Value>
struct RowOfImpl {
    using type = Value;
    static Value& value_of(type& row) noexcept { return row; }
    static const Value& value_of(const type& row) noexcept { return row; }
    static void set_key(type&, ByteView) noexcept {}
};
template <class KeyValue, class Value>
struct RowOfImpl<true, KeyValue, Value> {
    using type = Entry<typename KeyValue::type, Value>;
    static Value& value_of(type& row) noexcept { return row.value; }
    static const Value& value_of(const type& row) noexcept { return row.value; }
    static void set_key(type& row, ByteView key) { row.key = KeyValue::decode(key); }
};

/// The rules of a table.
template <class KeyColumns, class Indexes, class Rules>
struct RuleTable;
template <class KeyColumns, class Indexes, class... Rules>
struct RuleTable<KeyColumns, Indexes, List<Rules...>> {
    static constexpr RulesDescription description{RuleDescriptions<WithoutRowVersions<Rules...>>::all,
                                                  kRowVersion<OnlyRowVersions<Rules...>>,
                                                  ForeignKeyDescriptions<KeyColumns, Indexes>::all};
};

/// The parts of a declaration, sorted out. Instantiated after Table has checked them.
template <Name TableName, class RecordType, class KeyOptions, class CodecOptions, class IndexList, class Extras,
          class RuleList, class EvolutionList>
struct Layout {
    using Record = RecordType;
    using Indexes = IndexList;
    using Codec = Element<0, CodecOptions>;
    using KeyColumns = typename Element<0, KeyOptions>::template ColumnsOf<Record>;
    using KeyValue = KeyValueImpl<typename KeyColumns::Types>;
    using Generator = typename Extras::template Generator<typename KeyColumns::Types>;
    using Functions = RecordFunctions<Record, Codec>;
    using Fields = FieldDescriptions<Record, decltype(field_positions<Record>())>;
    using Row = RowOfImpl<kIsOutside<KeyOptions>, KeyValue, Record>;

    static constexpr TableDescription description{
        TableName.view(),
        Codec::name,
        Fields::all,
        KeyColumns::names,
        IndexDescriptions<Record, Concat<Indexes, typename Extras::Expiry::Indexes>>::all,
        key_encoder<KeyColumns>(),
        &KeyColumns::describe,
        &Functions::encode,
        &Functions::decode,
        &Functions::create,
        &Functions::destroy,
        &ExtrasTable<Extras, typename KeyColumns::Types>::description,
        key_type_names<KeyColumns>(),
        &RuleTable<KeyColumns, Indexes, RuleList>::description,
        &EvolutionOf<Record, Codec, EvolutionList>::Constants::description,
        nullptr,
        {},
        codec::kSaysExact<Codec>,
        codec::kEnumerators<Codec>};
};

template <class Record, class Options>
struct AllBelongTo;
template <class Record, class... Options>
struct AllBelongTo<Record, List<Options...>> {
    static constexpr bool value = (Options::template belongs_to<Record> && ...);
};

template <class Options>
inline constexpr bool kExactlyOne = Options::size == 1;

template <class Record, class Options>
struct AllKeyable;
template <class Record, class... Options>
struct AllKeyable<Record, List<Options...>> {
    static constexpr bool value = (Options::template keyable<Record> && ...);
};

template <class C, class Record>
inline constexpr bool kAllCodecs = false;
template <class... Cs, class Record>
inline constexpr bool kAllCodecs<List<Cs...>, Record> = (Codec<Cs, Record> && ...);

template <class Record, class KeyOptions, class Extras>
inline constexpr ExtraMistake kExtraMistake =
    Extras::template mistake<typename Element<0, KeyOptions>::template ColumnsOf<Record>::Types>;

/// What may be wrong with a declaration; the first that applies is what the compiler says.
enum class Mistake {
    none,
    no_name,
    not_aggregate,
    not_record,
    key,
    codec,
    no_codec,
    foreign_key_member,
    foreign_index_member,
    index,
    index_without_members,
    same_index_name,
    reserved_index_name,
    not_keyable,
    extra,
    rule,
    counted_key,
    cleared_not_null,
    evolution
};

template <class Index, class Rule>
inline constexpr bool kClearsNotNull = false;
template <class Index, class Rule>
requires requires {
    Index::clears(Rule::name);
    requires Rule::kind == RuleKind::not_null;
}
inline constexpr bool kClearsNotNull<Index, Rule> = Index::clears(Rule::name);

template <class Indexes, class Rule>
inline constexpr bool kOneClears = false;
template <class... Indexes, class Rule>
inline constexpr bool kOneClears<List<Indexes...>, Rule> = (kClearsNotNull<Indexes, Rule> || ...);

template <class Indexes, class Rules>
inline constexpr bool kAnyCleared = false;
template <class Indexes, class... Rules>
inline constexpr bool kAnyCleared<Indexes, List<Rules...>> = (kOneClears<Indexes, Rules> || ...);

/// Whether a field is one of a primary key.
template <class KeyColumns>
constexpr bool names_key_column(std::string_view field) {
    for (const std::string_view column : KeyColumns::names) {
        if (column == field) return true;
    }
    return false;
}

template <class KeyColumns, class Rules>
inline constexpr bool kCountsInKey = false;
template <class KeyColumns, class... Rules>
inline constexpr bool kCountsInKey<KeyColumns, List<Rules...>> =
    ((kIsRowVersion<Rules> && names_key_column<KeyColumns>(Rules::name)) || ...);

template <Name TableName, class Record, class KeyOptions, class CodecOptions, class IndexOptions, class Extras,
          class RuleOptions, class EvolutionOptions>
consteval Mistake find_mistake() {
    if constexpr (TableName.view().empty())
        return Mistake::no_name;
    else if constexpr (!kIsOutside<KeyOptions> && !std::is_aggregate_v<Record>)
        return Mistake::not_aggregate;
    else if constexpr (!kIsOutside<KeyOptions> && !reflect::Record<Record>)
        return Mistake::not_record;
    else if constexpr (!kExactlyOne<KeyOptions>)
        return Mistake::key;
    else if constexpr (!kExactlyOne<CodecOptions>)
        return Mistake::codec;
    else if constexpr (!kAllCodecs<CodecOptions, Record>)
        return Mistake::no_codec;
    else if constexpr (!AllBelongTo<Record, KeyOptions>::value)
        return Mistake::foreign_key_member;
    else if constexpr (find_index_mistake<Record>(IndexOptions{}) != IndexMistake::none)
        return Mistake::index;
    else if constexpr (!AllBelongTo<Record, IndexOptions>::value && !reflect::Record<Record>)
        return Mistake::index_without_members;
    else if constexpr (!AllBelongTo<Record, IndexOptions>::value)
        return Mistake::foreign_index_member;
    else if constexpr (!IndexNames<IndexOptions>::different)
        return Mistake::same_index_name;
    else if constexpr (!IndexNames<IndexOptions>::not_reserved)
        return Mistake::reserved_index_name;
    else if constexpr (!AllKeyable<Record, KeyOptions>::value || !AllKeyable<Record, IndexOptions>::value)
        return Mistake::not_keyable;
    else if constexpr (kExtraMistake<Record, KeyOptions, Extras> != ExtraMistake::none)
        return Mistake::extra;
    else if constexpr (!RulesOf<Record, RuleOptions>::right)
        return Mistake::rule;
    else if constexpr (!kIsOutside<KeyOptions> &&
                       kCountsInKey<typename Element<0, KeyOptions>::template ColumnsOf<Record>, RuleOptions>)
        return Mistake::counted_key;
    else if constexpr (kAnyCleared<IndexOptions, RuleOptions>)
        return Mistake::cleared_not_null;
    else if constexpr (EvolutionOf<Record, Element<0, CodecOptions>, EvolutionOptions>::mistake !=
                       EvolutionMistake::none)
        return Mistake::evolution;
    else
        return Mistake::none;
}

// A function, as clang 14 forgets the members of a class in which an assertion fails and goes on complaining about
// that. The return type has to be deduced, so that naming the call instantiates the body.
template <Mistake Found, class Record, class CodecOptions, class IndexOptions, class KeyOptions, class Extras,
          class RuleOptions, class EvolutionOptions>
constexpr auto tell_mistake() {
    static_assert(Found != Mistake::no_name, "a table needs a name");
    static_assert(Found != Mistake::not_aggregate,
                  "the record of a table must be an aggregate: a struct without constructors, private members, "
                  "virtual functions and base classes; any other value needs a key outside it: "
                  "cambium::Key<std::string>");
    if constexpr (Found == Mistake::not_record) reflect::check_record<Record>();
    static_assert(
        Found != Mistake::key,
        "a table needs exactly one PrimaryKey<&Record::member, ...>, or one Key<Type, ...> that is not part "
        "of the record");
    static_assert(Found != Mistake::codec,
                  "a table needs exactly one codec: Cbor, Json, Raw, FlatBuffers or one of your own");
    static_assert(Found != Mistake::no_codec,
                  "an option of this table is neither PrimaryKey, Unique, OrderedIndex nor a codec for its record");
    static_assert(Found != Mistake::foreign_key_member,
                  "the primary key of this table names a member of another record type");
    static_assert(Found != Mistake::foreign_index_member,
                  "an index of this table names a member of another record type");
    if constexpr (Found == Mistake::index) tell_index_mistake<find_index_mistake<Record>(IndexOptions{})>();
    static_assert(Found != Mistake::index_without_members,
                  "an index of this table names a member, and its value is not a record: it has no members");
    static_assert(Found != Mistake::same_index_name, "two indexes of this table have the same name");
    static_assert(
        Found != Mistake::reserved_index_name,
        "an index of this table has a name that begins with \"cambium.\": such names are the library's own");
    static_assert(
        Found != Mistake::not_keyable,
        "a column of this table's primary key or of an index has a type that cannot be a key; keys are "
        "bool, integers, float, double, enums, strings, bytes, Uuid, Uint256, fixed bytes, times, and optionals, "
        "pairs and tuples of these");
    if constexpr (Found == Mistake::extra) tell_extra_mistake<kExtraMistake<Record, KeyOptions, Extras>>();
    if constexpr (Found == Mistake::rule) tell_rule_mistake<Record, RulesOf<Record, RuleOptions>>();
    static_assert(Found != Mistake::counted_key,
                  "a RowVersion names a member of the primary key, and every change of a record counts it up: the "
                  "record would be another one; give it a member of its own");
    static_assert(
        Found != Mistake::cleared_not_null,
        "a ForeignKey with set_null makes a column null that is NotNull: no erase would succeed; leave one "
        "of the two out");
    if constexpr (Found == Mistake::evolution)
        tell_evolution_mistake<EvolutionOf<Record, Element<0, CodecOptions>, EvolutionOptions>::mistake>();
    return true;
}

}  // namespace detail

/// A table: its name in the file, the record type, and in any order one PrimaryKey or Key, one codec, and any
/// number of Unique, OrderedIndex, ForeignKey (foreign_key.hpp), NotNull, Check, RowVersion (constraint.hpp);
/// AutoIncrement or GeneratedUuid (generated.hpp); what evolution.hpp has for tables that have changed. Derive an
/// empty struct from it, so that messages show a short name.
template <detail::Name TableName, class RecordType, class... Options>
struct Table {
    using KeyOptions = detail::OptionsOf<detail::KeyOption, Options...>;
    using CodecOptions = detail::OptionsOf<detail::CodecOption, Options...>;
    using IndexOptions = detail::OptionsOf<detail::IndexOption, Options...>;
    using Extras = detail::ExtraOptions<RecordType, detail::OptionsOf<detail::GeneratorOption, Options...>,
                                        detail::OptionsOf<detail::LogOption, Options...>,
                                        detail::OptionsOf<detail::ExpiryOption, Options...>>;
    using RuleOptions = detail::OptionsOf<detail::RuleOption, Options...>;
    using EvolutionOptions = detail::OptionsOf<detail::EvolutionOption, Options...>;

    using Record = RecordType;
    static constexpr std::string_view table_name = TableName.view();
    using TableLayout = detail::Layout<TableName, RecordType, KeyOptions, CodecOptions, IndexOptions, Extras,
                                       RuleOptions, EvolutionOptions>;

    static constexpr detail::Mistake mistake =
        detail::find_mistake<TableName, RecordType, KeyOptions, CodecOptions, IndexOptions, Extras, RuleOptions,
                             EvolutionOptions>();
    using Checked = decltype(detail::tell_mistake<mistake, RecordType, CodecOptions, IndexOptions, KeyOptions,
                                                  Extras, RuleOptions, EvolutionOptions>());
};

namespace detail {

/// A type derived from Table.
template <class T>
concept DeclaredTable = requires {
    typename T::TableLayout;
};

/// Whether T is a table without a mistake in its declaration.
template <class T>
consteval bool usable_table() {
    static_assert(DeclaredTable<T>, "Reader, Writer and Database::open take types derived from cambium::Table");
    if constexpr (DeclaredTable<T>) return T::mistake == Mistake::none;
    return false;
}

template <class T>
struct RecordOf {
    using type = T;
};
template <DeclaredTable T>
struct RecordOf<T> {
    using type = typename T::Record;
};

template <class T>
using LayoutOf = typename T::TableLayout;

/// The index at a position of a table.
template <class T, std::size_t Position>
using IndexOf = Element<Position, typename T::IndexOptions>;

/// Whether the key of a table is outside its value.
template <class T>
concept kOutsideKey = DeclaredTable<T> && kIsOutside<typename T::KeyOptions>;

}  // namespace detail

/// The type of a table's primary key: that of its column, or a std::tuple when there are several.
template <class T>
using KeyOf = typename detail::LayoutOf<T>::KeyValue::type;

/// What a walk over a table yields: its record, or an Entry of key and value when the key is outside.
template <class T>
using RowOf = typename detail::LayoutOf<T>::Row::type;

}  // namespace cambium
