// Writer: a Reader that also changes its table, keeping every index in step and every rule.
//
// Each call checks everything before it writes anything: after Error{constraint}, Error{conflict},
// Error{key_too_long}, Error{encode} or Error{decode} the transaction is unchanged and goes on. A call that changes
// many records (erase of a range, truncate, load, an erase that cascades) takes all of it back when one of them
// fails. Index entries that stay the same are not written. A writer may be used while ranges of the same
// transaction are being walked; see query.hpp.
//
// A Writer must not outlive its transaction object. After commit() or abort() of one that is still there, every
// call throws Error{misuse}. Numbers in keys: as for a Reader, see reader.hpp.
//
// Thread rule: the thread that began the transaction. A write from another one throws Error{misuse} and leaves the
// transaction as it was.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "cambium/matches.hpp"
#include "cambium/reader.hpp"
#include "cambium/setting.hpp"
#include "cambium/table.hpp"
#include "cambium/transaction.hpp"

namespace cambium {

/// How load() stores records.
struct LoadOptions {
    /// Bytes of memory for what is sorted before it is stored: index entries, and records that do not come in order
    /// of their primary key. Each time so many have been gathered they are stored; the more, the fewer pages are
    /// touched twice. What the transaction has changed comes on top: kv::Options::write_memory_bytes.
    std::size_t memory_bytes = std::size_t{64} << 20;
};

/// What compare_and_swap() did.
enum class Swap : std::uint8_t {
    stored,    ///< the record is stored
    conflict,  ///< the stored record has another version: it was changed since; nothing was done
    absent,    ///< there is no record with this key; nothing was done
};

namespace detail {

/// What a write expects of the record that is there.
enum class Expect : std::uint8_t {
    absent,              ///< Error{constraint} when there is one
    absent_or_nothing,   ///< do nothing when there is one
    present_or_nothing,  ///< do nothing when there is none
    anything,
};

/// A function that alters a record.
struct RecordChange {
    void (*apply)(void* context, void* record);
    void* context;
};

/// Store a record under a key and bring the indexes in step. False when Expect said to do nothing.
bool write_record(const TableHandle& handle, ByteView key, const void* record, Expect expect);
/// The same in a table with a row version: the record stored has the next one, which is written into `record` too.
bool write_next_version(const TableHandle& handle, ByteView key, void* record, Expect expect);
/// The same, only when the stored record has the version of this one.
Swap write_if_current(const TableHandle& handle, ByteView key, void* record);
/// Error{conflict} for a record that write_if_current() has refused.
[[noreturn]] void throw_conflict(const TableHandle& handle, ByteView key, const void* record);
/// Store a changed record; Error{constraint} when the change moved it to another primary key. False when the record
/// has been erased meanwhile.
bool write_changed(const TableHandle& handle, ByteView key, void* record);
/// Read a record, alter fields outside its primary key, store it. False when there is none.
bool patch_record(const TableHandle& handle, ByteView key, const RecordChange& change);
bool erase_record(const TableHandle& handle, ByteView key);
/// Erase the records that a selection leads to.
std::uint64_t erase_selected(const TableHandle& handle, const TableHandle& selected, const Selection& selection);
/// Erase the records that have these primary keys.
std::uint64_t erase_keys(const TableHandle& handle, const TableHandle& selected, const SortedKeys& keys);
/// Error{misuse} on any thread but the one that began the transaction; touches nothing then.
void check_thread(const TableHandle& handle);
void truncate(const TableHandle& handle);

/// Records one after the other; null at the end.
struct RecordSource {
    const void* (*next)(void* context);
    void* context;
    /// Appends the primary key of the record, when that is outside.
    void (*append_key)(void* context, std::string& out) = nullptr;
    /// The line of the input that the record stood in: errors begin with it.
    std::uint64_t (*line)(const void* context) = nullptr;
};
/// `check` looks at each record first, and may throw.
std::uint64_t load_records(const TableHandle& handle, const RecordSource& source,
                           void (*check)(const TableHandle& handle, const void* record),
                           const LoadOptions& options);

template <class Input>
concept CountsLines = requires(const Input& input) {
    { input.line_number() } -> std::same_as<std::uint64_t>;
};

/// The records of a range, or of a function that answers with an optional one.
template <class Record, class Range>
class LoadedRange {
public:
    explicit LoadedRange(Range& range) : next_(std::begin(range)), end_(std::end(range)) {}
    const void* next() {
        if (started_) ++next_;
        started_ = true;
        if (next_ == end_) return nullptr;
        if constexpr (std::is_same_v<std::remove_cv_t<std::remove_reference_t<decltype(*next_)>>, Record> &&
                      std::is_lvalue_reference_v<decltype(*next_)>) {
            return &*next_;
        } else {
            return &held_.emplace(*next_);
        }
    }

private:
    decltype(std::begin(std::declval<Range&>())) next_;
    decltype(std::end(std::declval<Range&>())) end_;
    std::optional<Record> held_;
    bool started_ = false;
};
template <class Record, class Function>
class LoadedCalls {
public:
    explicit LoadedCalls(Function& function) : function_(function) {}
    const void* next() {
        held_ = function_();
        return held_ ? &*held_ : nullptr;
    }
    std::uint64_t line_number() const requires CountsLines<Function> { return function_.line_number(); }

private:
    Function& function_;
    std::optional<Record> held_;
};
template <class Function, class Record>
concept RecordFunction = requires(Function& function) {
    { function() } -> std::convertible_to<std::optional<Record>>;
};
template <class Range, class Record>
concept RecordRange = requires(Range& range) {
    { *std::begin(range) } -> std::convertible_to<const Record&>;
    std::begin(range) == std::end(range);
};

template <class Input>
RecordSource source_of(Input& input) {
    RecordSource source{[](void* context) -> const void* { return static_cast<Input*>(context)->next(); }, &input};
    if constexpr (CountsLines<Input>)
        source.line = [](const void* context) { return static_cast<const Input*>(context)->line_number(); };
    return source;
}

/// The row version of a table, by its options: g++ has no constant comparisons of addresses under
/// UndefinedBehaviorSanitizer.
template <class RuleOptions>
struct RowVersionOf;
template <class... Rules>
struct RowVersionOf<List<Rules...>> {
    using Found = OnlyRowVersions<Rules...>;
    static constexpr bool exists = Found::size > 0;
    static constexpr bool is(std::string_view field) {
        if constexpr (exists)
            return Element<0, Found>::description.name == field;
        else
            return false;
    }
};

template <class T>
inline constexpr bool kHasRowVersion = RowVersionOf<typename T::RuleOptions>::exists;

/// Whether a field counts the changes of the table's records.
template <class T>
constexpr bool names_row_version(std::string_view field) {
    return RowVersionOf<typename T::RuleOptions>::is(field);
}

/// One sentence for each thing that may be wrong with a patch.
template <class T, class... Settings>
constexpr bool check_patch() {
    constexpr bool kSettings = (kIsSetting<std::remove_cvref_t<Settings>> && ...);
    static_assert(
        kSettings && sizeof...(Settings) > 0,
        "patch() takes the primary key, then cambium::set<&Record::member>(value) for every field to change");
    if constexpr (kSettings && sizeof...(Settings) > 0) {
        constexpr bool kOwn =
            (std::is_same_v<typename std::remove_cvref_t<Settings>::Record, typename T::Record> && ...);
        static_assert(kOwn, "patch() sets a member of another record type");
        constexpr bool kInKey =
            (names_key_column<typename LayoutOf<T>::KeyColumns>(std::remove_cvref_t<Settings>::name) || ...);
        static_assert(!kInKey,
                      "patch() cannot change a member of the primary key: erase the record and insert it anew");
        constexpr bool kVersion = (names_row_version<T>(std::remove_cvref_t<Settings>::name) || ...);
        static_assert(!kVersion, "patch() cannot set the row version: every write keeps it");
        return kOwn && !kInKey && !kVersion;
    }
    return false;
}

/// The parameter of a function of one; void for one that cannot be told, such as a generic lambda.
template <class Function>
struct ParameterOf {
    using type = void;
};
template <class Result, class Parameter>
struct ParameterOf<Result (*)(Parameter)> {
    using type = Parameter;
};
template <class Result, class Parameter>
struct ParameterOf<Result (*)(Parameter) noexcept> : ParameterOf<Result (*)(Parameter)> {};
template <class Result, class Class, class Parameter>
struct ParameterOf<Result (Class::*)(Parameter)> : ParameterOf<Result (*)(Parameter)> {};
template <class Result, class Class, class Parameter>
struct ParameterOf<Result (Class::*)(Parameter) const> : ParameterOf<Result (*)(Parameter)> {};
template <class Result, class Class, class Parameter>
struct ParameterOf<Result (Class::*)(Parameter) noexcept> : ParameterOf<Result (*)(Parameter)> {};
template <class Result, class Class, class Parameter>
struct ParameterOf<Result (Class::*)(Parameter) const noexcept> : ParameterOf<Result (*)(Parameter)> {};
template <class Function>
requires requires {
    &Function::operator();
}
struct ParameterOf<Function> : ParameterOf<decltype(&Function::operator())> {};

/// Whether a function can alter the record that it is given, as far as its type tells.
template <class Function, class Record>
consteval bool alters() {
    using Parameter = typename ParameterOf<Function>::type;
    using Result = std::remove_cvref_t<std::invoke_result_t<Function&, Record&>>;
    constexpr bool kInPlace = std::is_void_v<Parameter> || (std::is_lvalue_reference_v<Parameter> &&
                                                            !std::is_const_v<std::remove_reference_t<Parameter>>);
    return kInPlace && !(std::is_class_v<Record> && std::is_same_v<Result, Record>);
}
template <class Function, class Record>
inline constexpr bool kAlters = alters<Function, Record>();

template <class T, class Columns>
class Writes;
template <class T, class... Cs>
class Writes<T, List<Cs...>> : public Reader<T> {
public:
    using Reader<T>::Reader;

    /// Read a record, let `change` alter it, store it. False when there is no record with this key. The function
    /// gets a Record&; it must not alter the primary key (Error{constraint}). What it does to a row version is
    /// ignored: the next one is stored.
    template <class Change>
    bool update(Parameter<Cs>... key, Change&& change) {
        constexpr bool kTakesRecord = std::is_invocable_v<Change&, typename T::Record&>;
        static_assert(kTakesRecord,
                      "the last argument of update() is a function that takes the record by reference");
        if constexpr (kTakesRecord) {
            static_assert(
                kAlters<std::decay_t<Change>, typename T::Record>,
                "update() takes a function of a Record& that alters it in place: one that takes a copy or a "
                "const record, or that returns a new record, changes nothing");
        }
        check_thread(this->handle_);
        const std::string bytes = encode_columns<Cs...>(key...);
        typename T::Record record{};
        if (!read_record(this->handle_, bytes, &record)) return false;
        std::forward<Change>(change)(record);
        return write_changed(this->handle_, bytes, &record);
    }
    /// Change the fields named, and nothing else: patch(7, cambium::set<&Customer::city>("Paris")). False when
    /// there is no record with this key. Cheaper than update(): the record is decoded once.
    template <class... Settings>
    bool patch(Parameter<Cs>... key, const Settings&... settings) {
        constexpr bool kRight = check_patch<T, Settings...>();
        if constexpr (kRight) {
            auto change = [&](typename T::Record& record) { (settings.apply(record), ...); };
            using Change = decltype(change);
            return patch_record(this->handle_, encode_columns<Cs...>(key...),
                                {[](void* context, void* record) {
                                     (*static_cast<Change*>(context))(*static_cast<typename T::Record*>(record));
                                 },
                                 &change});
        }
        return false;
    }
    /// Remove a record. False when there is none with this key. Error{constraint} when another record refers to it
    /// by a foreign key with restrict_erase; what refers to it with cascade_erase goes too. Error{misuse} when a
    /// table with a foreign key to this one was not opened with this database.
    bool erase(Parameter<Cs>... key) { return erase_record(this->handle_, encode_columns<Cs...>(key...)); }
    /// Remove every record of a query of this table: erase(customers.range(10, 20)),
    /// erase(customers.by<"city">().equal("London")). They are those that a walk over the query shows before the
    /// call, also with skip() and limit(). Answers how many these are: a record that the query shows several times
    /// is one; what goes with them by cascade_erase is not counted unless the query shows it too. Whatever refers
    /// to them must go too, or all of it is taken back; errors as above.
    /// O(depth) pages for a range of primary keys of a table without indexes, otherwise O(records * log). Memory
    /// does not grow with the range.
    ///
    /// A query may also be keys(), which is the same; filter(), or what intersect(), unite() and subtract() return.
    /// What a filter lets through is known before the first record goes; memory is that of the keys, as of a set
    /// (matches.hpp).
    template <class Query>
    requires kBoundToTransaction<Query> std::uint64_t erase(const Query& query) {
        constexpr bool kRight = std::is_same_v<TableOf<Query>, T>;
        static_assert(kRight,
                      "erase() takes a primary key, or a query of this table: rows, keys(), filter(), or what "
                      "intersect(), unite() and subtract() return");
        if constexpr (std::is_base_of_v<Rows<T>, Query> || std::is_same_v<Query, Keys<T>>) {
            return erase_selected(this->handle_, SelectionAccess::handle(query), SelectionAccess::selection(query));
        } else if constexpr (kRight) {
            return erase_keys(this->handle_, SelectionAccess::handle(query), gather_keys(query));
        }
        return 0;
    }
};

}  // namespace detail

/// Reads and writes the table T in a write transaction.
template <class T, bool Usable = detail::usable_table<T>()>
class Writer;

template <class T>
class Writer<T, false> : public detail::AfterMisuse<typename detail::RecordOf<T>::type> {
public:
    using detail::AfterMisuse<typename detail::RecordOf<T>::type>::AfterMisuse;
};

template <class T>
class Writer<T, true> : public detail::Writes<T, typename detail::LayoutOf<T>::KeyColumns::Types> {
    using Base = detail::Writes<T, typename detail::LayoutOf<T>::KeyColumns::Types>;

    static constexpr bool kGenerates = detail::LayoutOf<T>::Generator::exists;

public:
    using Record = typename T::Record;

    /// Error{misuse} when the transaction's database was opened without T.
    explicit Writer(WriteTransaction& transaction) : Base(transaction) {}

    using Base::update;

    // Every write of a record throws Error{constraint} when the record breaks a rule of the table: a primary key or
    // a unique index that is taken, NotNull, Check, a foreign key that refers to nothing.

    /// Store a new record.
    void insert(const Record& record) requires(!kGenerates) { write(record, detail::Expect::absent); }
    /// The same in a table that makes its primary keys: a zero key becomes the next one. Returns the key under
    /// which the record is stored. The caller's own record is not altered: order.id = orders.insert(order).
    KeyOf<T> insert(Record record) requires kGenerates {
        KeyOf<T>& key = record.*detail::Element<0, typename T::KeyOptions>::first;
        if (key == KeyOf<T>{}) key = detail::LayoutOf<T>::Generator::next(this->handle_);
        write(record, detail::Expect::absent);
        return key;
    }
    /// Store a record unless its primary key is taken. True when stored.
    bool insert_if_absent(const Record& record) { return write(record, detail::Expect::absent_or_nothing); }
    /// Store a record, in place of one with the same primary key if there is one; then with that one's next row
    /// version, whatever the record's is.
    void upsert(const Record& record) { write(record, detail::Expect::anything); }
    /// Store a record in place of the one with the same primary key. False when there is none. In a table with a
    /// RowVersion: Error{conflict} unless the stored version is the record's; stored is the next one.
    bool replace(const Record& record) {
        if constexpr (detail::kHasRowVersion<T>) {
            Record next = record;
            const std::string key = key_of(record);
            switch (detail::write_if_current(this->handle_, key, &next)) {
                case Swap::stored:
                    return true;
                case Swap::absent:
                    return false;
                case Swap::conflict:
                    break;
            }
            detail::throw_conflict(this->handle_, key, &record);
        } else {
            return write(record, detail::Expect::present_or_nothing);
        }
    }
    /// The same as replace().
    bool update(const Record& record) { return replace(record); }
    /// replace() for those who expect conflicts: says what happened instead of throwing. When stored, the record
    /// gets the version that is stored now, so that it can be changed and stored again.
    [[nodiscard]] Swap compare_and_swap(Record& record) requires detail::kHasRowVersion<T> {
        return detail::write_if_current(this->handle_, key_of(record), &record);
    }
    /// Store many new records: a range of them, or what a function answers until it answers std::nullopt. Answers
    /// how many. Much cheaper than insert() for each: records that come in order of their primary key, behind those
    /// that are there, are appended; index entries are gathered, sorted and stored in order. All or nothing: when
    /// one breaks a rule all of it is taken back, and the error names it. Records of one call may refer to each
    /// other, in any order; a table that makes its primary keys takes only records that have one. Memory:
    /// LoadOptions. The range or function must not use this transaction. A function object may have a member
    /// `std::uint64_t line_number() const`, the line of its input that the last record stood in: errors then begin
    /// with it ("line 12: ...").
    template <class Source>
    std::uint64_t load(Source&& source, const LoadOptions& options = {}) {
        using Input = std::remove_reference_t<Source>;
        if constexpr (detail::RecordFunction<Input, Record>) {
            detail::LoadedCalls<Record, Input> input(source);
            return detail::load_records(this->handle_, detail::source_of(input), &refuse_zero, options);
        } else {
            static_assert(detail::RecordRange<Input, Record>,
                          "load() takes a range of this table's records, or a function that answers with a "
                          "std::optional of one");
            if constexpr (detail::RecordRange<Input, Record>) {
                detail::LoadedRange<Record, Input> input(source);
                return detail::load_records(this->handle_, detail::source_of(input), &refuse_zero, options);
            }
        }
        return 0;
    }
    /// Remove every record of this table, and nothing else. Rules as erase() of all of them. O(pages), unless
    /// records of another table may refer to these.
    void truncate() { detail::truncate(this->handle_); }

    /// Remove records that have expired, the oldest first, at most `limit` of them; how many were removed. They are
    /// absent already: this gives their space back. What refers to them is cascaded or set to null, as declared; it
    /// is not counted. When it throws, none is removed: Error{misuse} when a table that refers to this one is not
    /// open, and what a function of the table throws for an expired record. See expiry.hpp.
    std::uint64_t erase_expired(
        std::uint64_t limit = std::numeric_limits<std::uint64_t>::max()) requires T::Extras::expires {
        return detail::erase_expired(this->handle_, limit);
    }

private:
    static std::string key_of(const Record& record) {
        std::string key;
        detail::LayoutOf<T>::KeyColumns::append(&record, key);
        return key;
    }
    // A table that makes its primary keys takes a zero one for a wish, which only insert() grants.
    static void refuse_zero(const detail::TableHandle& handle, const void* record) {
        if constexpr (kGenerates) {
            constexpr auto kKey = detail::Element<0, typename T::KeyOptions>::first;
            if (static_cast<const Record*>(record)->*kKey == KeyOf<T>{}) detail::refuse_zero_key(handle);
        }
    }
    bool write(const Record& record, detail::Expect expect) {
        refuse_zero(this->handle_, &record);
        if constexpr (detail::kHasRowVersion<T>) {
            Record next = record;
            return detail::write_next_version(this->handle_, key_of(record), &next, expect);
        } else {
            return detail::write_record(this->handle_, key_of(record), &record, expect);
        }
    }
};

}  // namespace cambium

#include "cambium/keyed_writer.hpp"
