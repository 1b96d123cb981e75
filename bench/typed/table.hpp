// A table of orders with one codec and none to three indexes, as a contestant. Included by one source per codec.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "cambium/cambium.hpp"
#include "cambium/kv/maintenance.hpp"
#include "typed/contestant.hpp"
#include "typed/engine.hpp"

namespace cambium::bench {

template <class R, class C>
using ById = Table<"orders", R, PrimaryKey<&R::id>, C>;
template <class R>
using ByCustomer = OrderedIndex<"customer", &R::customer>;
template <class R>
using ByEmail = Unique<"email", &R::email>;
template <class R>
using ByCity = OrderedIndex<"city_placed", &R::city, &R::placed>;

template <class R, class C, std::size_t Indexes>
struct OrderTable : ById<R, C> {};
template <class R, class C>
struct OrderTable<R, C, 1> : Table<"orders", R, PrimaryKey<&R::id>, C, ByCustomer<R>> {};
template <class R, class C>
struct OrderTable<R, C, 2> : Table<"orders", R, PrimaryKey<&R::id>, C, ByCustomer<R>, ByEmail<R>> {};
template <class R, class C>
struct OrderTable<R, C, 3> : Table<"orders", R, PrimaryKey<&R::id>, C, ByCustomer<R>, ByEmail<R>, ByCity<R>> {};

template <class View>
std::uint32_t quantity_of(const View& view) {
    if constexpr (std::is_same_v<View, RawOrder>)
        return view.quantity;
    else
        return view.quantity();
}

/// Trusted: the codec of unverified views of the same bytes, or void.
template <class R, class C, class Trusted = void>
class TableContestant final : public Contestant {
    template <std::size_t Indexes>
    using T = OrderTable<R, C, Indexes>;
    static constexpr bool kViews = detail::HasView<C, R>;

public:
    TableContestant(const Orders& orders, std::string path) : orders_(orders), path_(std::move(path)) {}

    [[nodiscard]] std::string name() const override { return std::string(C::name); }
    [[nodiscard]] bool takes(const Step& step) const override {
        if (step.work == Work::view) return kViews;
        if (step.work == Work::view_trusted) return !std::is_void_v<Trusted>;
        return true;
    }

    void prepare(const Step& step) override {
        if (step.work == Work::insert || step.work == Work::load) {
            database_.reset();
            std::filesystem::remove(path_);
            std::filesystem::remove(path_ + "-lock");
            with_indexes(step.indexes, [&]<std::size_t N>() { open<T<N>>(); });
        } else if (step.work == Work::view_trusted) {
            if constexpr (!std::is_void_v<Trusted>) open<OrderTable<R, Trusted, 2>>();
        } else if (step.work == Work::scan) {
            open<T<2>>();
        }
    }

    [[nodiscard]] std::uint64_t run(const Step& step) override {
        switch (step.work) {
            case Work::encode:
                return encode();
            case Work::insert:
                with_indexes(step.indexes, [&]<std::size_t N>() { insert<T<N>>(step.batch); });
                return 0;
            case Work::get:
                return get();
            case Work::view:
                if constexpr (kViews) return view<T<2>>();
                return 0;
            case Work::view_trusted:
                if constexpr (!std::is_void_v<Trusted>) return view<OrderTable<R, Trusted, 2>>();
                return 0;
            case Work::scan:
                return scan();
            case Work::update:
                update(step.batch);
                return 0;
            case Work::load:
                load();
                return 0;
        }
        return 0;
    }

    [[nodiscard]] std::uint64_t expected(const Step& step) const override {
        switch (step.work) {
            case Work::encode:
                return encoded_bytes_;
            case Work::get:
            case Work::scan:
                return orders_.sum();
            case Work::view:
            case Work::view_trusted:
                return orders_.quantities();
            default:
                return 0;
        }
    }

    void verify(const Step& step) override {
        const std::uint64_t added = step.work == Work::update ? orders_.updates() : 0;
        const std::uint64_t records = with_indexes(step.indexes, [&]<std::size_t N>() {
            ReadTransaction txn = database_->begin_read();
            return Reader<T<N>>{txn}.count();
        });
        if (records != orders_.size() || (step.indexes == 2 && scan() != orders_.sum() + added))
            throw Error(ErrorCode::corrupt, "the table does not hold the records that were written");
        if (const kv::CheckReport report = kv::check(database_->environment()); !report.findings.empty())
            throw Error(ErrorCode::corrupt, "check() has findings in the table's store");
    }

    /// What a table of three indexes stores.
    [[nodiscard]] StoredBytes stored_bytes() const {
        constexpr const detail::TableDescription& kTable = detail::LayoutOf<T<3>>::description;
        StoredBytes bytes;
        bytes.entries.resize(kTable.indexes.size());
        detail::IndexEntries entries;
        for (const R& order : orders_.of<R>()) {
            kTable.encode_key(&order, bytes.keys.emplace_back());
            C::encode(order, bytes.values.emplace_back());
            for (std::size_t i = 0; i < kTable.indexes.size(); ++i) {
                entries.list(kTable.indexes[i], bytes.keys.back(), &order);
                bytes.entries[i].emplace_back(entries.key(0), entries.value());
            }
        }
        for (std::size_t i = 0; i < orders_.updates(); ++i) {
            R order = orders_.of<R>()[orders_.picks()[i]];
            order.quantity = next_quantity(order.quantity);
            C::encode(order, bytes.updated.emplace_back());
        }
        return bytes;
    }

private:
    template <class Function>
    static decltype(auto) with_indexes(std::size_t indexes, Function&& function) {
        switch (indexes) {
            case 0:
                return function.template operator()<0>();
            case 1:
                return function.template operator()<1>();
            case 2:
                return function.template operator()<2>();
            default:
                return function.template operator()<3>();
        }
    }

    template <class Declared>
    void open() {
        database_.reset();
        database_.emplace(Database::open<Declared>(path_, {.durability = kv::Durability::deferred}));
    }

    std::uint64_t encode() {
        constexpr const detail::TableDescription& kTable = detail::LayoutOf<T<2>>::description;
        std::string key;
        std::string value;
        detail::IndexEntries entries;
        std::uint64_t bytes = 0;
        for (const R& order : orders_.of<R>()) {
            key.clear();
            value.clear();
            kTable.encode_key(&order, key);
            C::encode(order, value);
            bytes += value.size();
            for (const detail::IndexDescription& index : kTable.indexes) {
                entries.list(index, key, &order);
                bytes += entries.key(0).size();
            }
        }
        encoded_bytes_ = bytes;
        return bytes;
    }

    template <class Declared>
    void insert(std::size_t batch) {
        const std::vector<R>& records = orders_.of<R>();
        for (std::size_t i = 0; i < records.size();) {
            WriteTransaction txn = database_->begin_write();
            Writer<Declared> writer{txn};
            for (const std::size_t end = std::min(i + batch, records.size()); i < end; ++i)
                writer.insert(records[i]);
            txn.commit();
        }
        database_->environment().sync();
    }

    std::uint64_t get() {
        ReadTransaction txn = database_->begin_read();
        const Reader<T<2>> reader{txn};
        std::uint64_t sum = 0;
        for (const std::uint32_t id : orders_.picks()) sum += sum_of(*reader.get(id));
        return sum;
    }

    template <class Declared>
    std::uint64_t view() {
        ReadTransaction txn = database_->begin_read();
        const Reader<Declared> reader{txn};
        std::uint64_t sum = 0;
        for (const std::uint32_t id : orders_.picks()) {
            const auto view = reader.view(id);
            sum += quantity_of(**view);
        }
        return sum;
    }

    std::uint64_t scan() {
        ReadTransaction txn = database_->begin_read();
        std::uint64_t sum = 0;
        for (const R& order : Reader<T<2>>{txn}.all()) sum += sum_of(order);
        return sum;
    }

    void update(std::size_t batch) {
        for (std::size_t i = 0; i < orders_.updates();) {
            WriteTransaction txn = database_->begin_write();
            Writer<T<2>> writer{txn};
            for (const std::size_t end = std::min(i + batch, orders_.updates()); i < end; ++i) {
                const std::uint32_t id = orders_.picks()[i];
                writer.patch(id, set<&R::quantity>(next_quantity(orders_.all()[id].quantity)));
            }
            txn.commit();
        }
        database_->environment().sync();
    }

    void load() {
        WriteTransaction txn = database_->begin_write();
        Writer<T<2>>{txn}.load(orders_.of<R>());
        txn.commit();
        database_->environment().sync();
    }

    const Orders& orders_;
    std::string path_;
    std::optional<Database> database_;
    std::uint64_t encoded_bytes_ = 0;
};

template <class R, class C, class Trusted = void>
Codec make_codec(std::string name, const Orders& orders, const std::string& folder) {
    auto table = std::make_unique<TableContestant<R, C, Trusted>>(orders, folder + "/" + name + ".cambium");
    auto engine = make_engine(orders, folder + "/" + name + "-engine.cambium", table->stored_bytes());
    return {std::move(name), std::move(table), std::move(engine)};
}

}  // namespace cambium::bench
