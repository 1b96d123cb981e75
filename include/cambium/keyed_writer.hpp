// Writer of a table whose key is outside its value: every call takes the key, in as many arguments as it has parts,
// and then the value. Errors, thread rule and lifetime are those of writer.hpp, which includes this.
#pragma once

#include <string>

#include "cambium/writer.hpp"

namespace cambium {
namespace detail {

template <class T, class Columns>
class KeyedWrites;
template <class T, class... Cs>
class KeyedWrites<T, List<Cs...>> : public Writes<T, List<Cs...>> {
public:
    using Writes<T, List<Cs...>>::Writes;
    using Value = typename T::Record;

    /// Store a value under the next key, in a table that makes its keys: AutoIncrement or GeneratedUuid. Returns
    /// the key. Errors as of Writer::insert().
    KeyOf<T> append(const Value& value) requires LayoutOf<T>::Generator::exists {
        const KeyOf<T> key = LayoutOf<T>::Generator::next(this->handle_);
        store(Expect::absent, value, key);
        return key;
    }
    /// Store a value under a new key. Error{constraint} when the key, or a unique index, is taken.
    void insert(Parameter<Cs>... key, const Value& value) { store(Expect::absent, value, key...); }
    /// Store a value unless its key is taken. True when stored. Error{constraint} from a unique index.
    bool insert_if_absent(Parameter<Cs>... key, const Value& value) {
        return store(Expect::absent_or_nothing, value, key...);
    }
    /// Store a value, in place of the one under the same key if there is one.
    void put(Parameter<Cs>... key, const Value& value) { store(Expect::anything, value, key...); }
    /// The same as put().
    void upsert(Parameter<Cs>... key, const Value& value) { store(Expect::anything, value, key...); }
    /// Store a value in place of the one under the same key. False when there is none. In a table with a
    /// RowVersion: Error{conflict} unless the stored version is the value's; stored is the next one.
    bool replace(Parameter<Cs>... key, const Value& value) {
        if constexpr (kHasRowVersion<T>) {
            Value next = value;
            const std::string bytes = encode_columns<Cs...>(key...);
            const Swap swap = write_if_current(this->handle_, bytes, &next);
            if (swap == Swap::conflict) throw_conflict(this->handle_, bytes, &value);
            return swap == Swap::stored;
        } else {
            return store(Expect::present_or_nothing, value, key...);
        }
    }
    /// replace() for those who expect conflicts; see Writer::compare_and_swap().
    [[nodiscard]] Swap compare_and_swap(Parameter<Cs>... key, Value& value) requires kHasRowVersion<T> {
        return write_if_current(this->handle_, encode_columns<Cs...>(key...), &value);
    }
    /// Store many new rows, of a key and a value each: a range of Entry<key, value>, where several parts of a key
    /// are a std::tuple, or what a function answers until it answers std::nullopt. Otherwise as Writer::load().
    template <class Source>
    std::uint64_t load(Source&& source, const LoadOptions& options = {}) {
        using Row = RowOf<T>;
        using Input = std::remove_reference_t<Source>;
        if constexpr (RecordFunction<Input, Row>) {
            return load_from(LoadedCalls<Row, Input>(source), options);
        } else {
            static_assert(RecordRange<Input, Row>,
                          "load() takes a range of cambium::Entry<key, value> of this table, or a function that "
                          "answers with a std::optional of one");
            if constexpr (RecordRange<Input, Row>) return load_from(LoadedRange<Row, Input>(source), options);
        }
        return 0;
    }
    /// Remove every value of this table, and nothing else. O(pages).
    void truncate() { detail::truncate(this->handle_); }

private:
    template <class Input>
    std::uint64_t load_from(Input input, const LoadOptions& options) {
        struct Given {
            Input& input;
            const RowOf<T>* row = nullptr;
        } given{input};
        RecordSource source{[](void* context) -> const void* {
                                auto& at = *static_cast<Given*>(context);
                                at.row = static_cast<const RowOf<T>*>(at.input.next());
                                return at.row == nullptr ? nullptr : &at.row->value;
                            },
                            &given,
                            [](void* context, std::string& out) {
                                key::append(out, static_cast<const Given*>(context)->row->key);
                            }};
        if constexpr (CountsLines<Input>)
            source.line = [](const void* context) {
                return static_cast<const Given*>(context)->input.line_number();
            };
        return load_records(
            this->handle_, source, [](const TableHandle&, const void*) {}, options);
    }
    bool store(Expect expect, const Value& value, Parameter<Cs>... key) {
        if constexpr (kHasRowVersion<T>) {
            Value next = value;
            return write_next_version(this->handle_, encode_columns<Cs...>(key...), &next, expect);
        } else {
            return write_record(this->handle_, encode_columns<Cs...>(key...), &value, expect);
        }
    }
};

}  // namespace detail

template <class T>
requires detail::kOutsideKey<T>
class Writer<T, true> : public detail::KeyedWrites<T, typename detail::LayoutOf<T>::KeyColumns::Types> {
    using Base = detail::KeyedWrites<T, typename detail::LayoutOf<T>::KeyColumns::Types>;

public:
    /// Error{misuse} when the transaction's database was opened without T.
    explicit Writer(WriteTransaction& transaction) : Base(transaction) {}
};

}  // namespace cambium
