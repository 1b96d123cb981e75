#include "typed/engine.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <optional>
#include <string_view>

#include "cambium/key/key.hpp"
#include "cambium/kv/cursor.hpp"
#include "cambium/kv/environment.hpp"
#include "cambium/kv/maintenance.hpp"

namespace cambium::bench {
namespace {

// A byte of either end, so that as many lines of the cache are touched as by who reads a field.
std::uint64_t ends_of(ByteView value) noexcept {
    return static_cast<unsigned char>(value.front()) + std::uint64_t{static_cast<unsigned char>(value.back())};
}

class EngineContestant final : public Contestant {
public:
    EngineContestant(const Orders& orders, std::string path, StoredBytes bytes)
        : orders_(orders), path_(std::move(path)), bytes_(std::move(bytes)) {
        for (const std::string& value : bytes_.values) sum_ += ends_of(value);
    }

    [[nodiscard]] std::string name() const override { return "engine"; }
    [[nodiscard]] bool takes(const Step& step) const override {
        if (step.work == Work::insert || step.work == Work::load) return step.indexes <= bytes_.entries.size();
        if (step.work == Work::update) return !bytes_.updated.empty();
        return step.work != Work::encode;
    }

    void prepare(const Step& step) override {
        if (step.work != Work::insert && step.work != Work::load) return;
        environment_.reset();
        std::filesystem::remove(path_);
        std::filesystem::remove(path_ + "-lock");
        environment_.emplace(kv::Environment::open(path_, {.durability = kv::Durability::deferred}));
        kv::WriteTransaction txn = environment_->begin_write();
        records_ = txn.create_tree("records");
        indexes_.clear();
        for (std::size_t i = 0; i < step.indexes; ++i)
            indexes_.push_back(txn.create_tree("index" + std::to_string(i)));
        txn.commit();
    }

    [[nodiscard]] std::uint64_t run(const Step& step) override {
        switch (step.work) {
            case Work::insert:
                return insert(step.batch);
            case Work::get:
            case Work::view:
            case Work::view_trusted:
                return get();
            case Work::scan:
                return scan();
            case Work::update:
                return update(step.batch);
            case Work::load:
                return load();
            case Work::encode:
                break;
        }
        return 0;
    }

    [[nodiscard]] std::uint64_t expected(const Step& step) const override {
        const bool reads = step.work == Work::get || step.work == Work::view || step.work == Work::view_trusted ||
                           step.work == Work::scan;
        return reads ? sum_ : 0;
    }

    void verify(const Step&) override {
        const kv::ReadTransaction txn = environment_->begin_read();
        if (txn.statistics(records_).entries != orders_.size())
            throw Error(ErrorCode::corrupt, "the engine does not hold every record");
    }

private:
    std::uint64_t insert(std::size_t batch) {
        for (std::size_t i = 0; i < orders_.size();) {
            kv::WriteTransaction txn = environment_->begin_write();
            for (const std::size_t end = std::min(i + batch, orders_.size()); i < end; ++i) {
                txn.put(records_, bytes_.keys[i], bytes_.values[i]);
                for (std::size_t index = 0; index < indexes_.size(); ++index) {
                    const auto& [key, value] = bytes_.entries[index][i];
                    txn.put(indexes_[index], key, value);
                }
            }
            txn.commit();
        }
        environment_->sync();
        return 0;
    }

    std::uint64_t get() {
        const kv::ReadTransaction txn = environment_->begin_read();
        std::uint64_t sum = 0;
        std::string key;
        for (const std::uint32_t id : orders_.picks()) {
            key.clear();
            key::append(key, std::uint64_t{id});
            sum += ends_of(*txn.get(records_, key));
        }
        return sum;
    }

    std::uint64_t scan() {
        const kv::ReadTransaction txn = environment_->begin_read();
        std::uint64_t sum = 0;
        kv::Cursor cursor = txn.cursor(records_);
        for (bool there = cursor.first(); there; there = cursor.next()) sum += ends_of(cursor.value());
        return sum;
    }

    std::uint64_t update(std::size_t batch) {
        for (std::size_t i = 0; i < orders_.updates();) {
            kv::WriteTransaction txn = environment_->begin_write();
            for (const std::size_t end = std::min(i + batch, orders_.updates()); i < end; ++i)
                txn.put(records_, bytes_.keys[orders_.picks()[i]], bytes_.updated[i]);
            txn.commit();
        }
        environment_->sync();
        return 0;
    }

    std::uint64_t load() {
        kv::WriteTransaction txn = environment_->begin_write();
        for (std::size_t i = 0; i < orders_.size(); ++i) txn.append(records_, bytes_.keys[i], bytes_.values[i]);
        for (std::size_t index = 0; index < indexes_.size(); ++index) {
            const auto& entries = bytes_.entries[index];
            std::vector<std::uint32_t> order(entries.size());
            std::iota(order.begin(), order.end(), 0U);
            std::sort(order.begin(), order.end(),
                      [&](std::uint32_t a, std::uint32_t b) { return entries[a].first < entries[b].first; });
            for (const std::uint32_t i : order) txn.append(indexes_[index], entries[i].first, entries[i].second);
        }
        txn.commit();
        environment_->sync();
        return 0;
    }

    const Orders& orders_;
    std::string path_;
    StoredBytes bytes_;
    std::uint64_t sum_ = 0;
    std::optional<kv::Environment> environment_;
    kv::Tree records_;
    std::vector<kv::Tree> indexes_;
};

}  // namespace

std::unique_ptr<Contestant> make_engine(const Orders& orders, std::string path, StoredBytes bytes) {
    return std::make_unique<EngineContestant>(orders, std::move(path), std::move(bytes));
}

}  // namespace cambium::bench
