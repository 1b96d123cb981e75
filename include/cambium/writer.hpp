// Writer: a Reader that also changes its table, keeping every index in step.
//
// Each call checks everything before it writes anything: after Error{constraint}, Error{key_too_long},
// Error{encode} or Error{decode} the transaction is unchanged and goes on. Index entries that stay the same are
// not written. A writer may be used while ranges of the same transaction are being walked; see query.hpp.
//
// A Writer must not outlive its transaction object. After commit() or abort() of one that is still there, every
// call throws Error{misuse}. Numbers in keys: as for a Reader, see reader.hpp.
//
// Thread rule: the thread that began the transaction. A write from another one throws Error{misuse} and leaves the
// transaction as it was.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "cambium/reader.hpp"
#include "cambium/table.hpp"
#include "cambium/transaction.hpp"

namespace cambium {
namespace detail {

/// What a write expects of the record that is there.
enum class Expect : std::uint8_t {
    absent,              ///< Error{constraint} when there is one
    absent_or_nothing,   ///< do nothing when there is one
    present_or_nothing,  ///< do nothing when there is none
    anything,
};

/// Store a record under a key and bring the indexes in step. False when Expect said to do nothing.
bool write_record(const TableHandle& handle, ByteView key, const void* record, Expect expect);
/// Store a changed record; Error{constraint} when the change moved it to another primary key. False when the record
/// has been erased meanwhile.
bool write_changed(const TableHandle& handle, ByteView key, const void* record);
bool erase_record(const TableHandle& handle, ByteView key);
/// Error{misuse} on any thread but the one that began the transaction; touches nothing then.
void check_thread(const TableHandle& handle);
void truncate(const TableHandle& handle);

template <class T, class Columns>
class Writes;
template <class T, class... Cs>
class Writes<T, List<Cs...>> : public Reader<T> {
public:
    using Reader<T>::Reader;

    /// Read a record, let `change` alter it, store it. False when there is no record with this key. The function
    /// gets a Record&; it must not alter the primary key (Error{constraint}).
    template <class Change>
    bool update(Parameter<Cs>... key, Change&& change) {
        static_assert(std::is_invocable_v<Change&, typename T::Record&>,
                      "the last argument of update() is a function that takes the record by reference");
        check_thread(this->handle_);
        const std::string bytes = encode_columns<Cs...>(key...);
        typename T::Record record{};
        if (!read_record(this->handle_, bytes, &record)) return false;
        std::forward<Change>(change)(record);
        return write_changed(this->handle_, bytes, &record);
    }
    /// Remove a record. False when there is none with this key.
    bool erase(Parameter<Cs>... key) { return erase_record(this->handle_, encode_columns<Cs...>(key...)); }
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

public:
    using Record = typename T::Record;

    /// Error{misuse} when the transaction's database was opened without T.
    explicit Writer(WriteTransaction& transaction) : Base(transaction) {}

    using Base::update;

    /// Store a new record. Error{constraint} when its primary key, or a unique index, is taken.
    void insert(const Record& record) { write(record, detail::Expect::absent); }
    /// Store a record unless its primary key is taken. True when stored. Error{constraint} from a unique index.
    bool insert_if_absent(const Record& record) { return write(record, detail::Expect::absent_or_nothing); }
    /// Store a record, in place of one with the same primary key if there is one.
    void upsert(const Record& record) { write(record, detail::Expect::anything); }
    /// Store a record in place of the one with the same primary key. False when there is none.
    bool replace(const Record& record) { return write(record, detail::Expect::present_or_nothing); }
    /// The same as replace().
    bool update(const Record& record) { return replace(record); }
    /// Remove every record of this table, and nothing else. O(pages).
    void truncate() { detail::truncate(this->handle_); }

private:
    bool write(const Record& record, detail::Expect expect) {
        std::string key;
        detail::LayoutOf<T>::KeyColumns::append(&record, key);
        return detail::write_record(this->handle_, key, &record, expect);
    }
};

}  // namespace cambium
