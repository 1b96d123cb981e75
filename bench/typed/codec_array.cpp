// A table of arrays: 64 numbers of eight bytes each, the key outside of the value. It has no indexes, and no
// contestant in SQLite.
#include "cambium/codec/array.hpp"

#include <filesystem>
#include <optional>
#include <span>

#include "cambium/cambium.hpp"
#include "cambium/kv/maintenance.hpp"
#include "typed/contestant.hpp"
#include "typed/engine.hpp"

namespace cambium::bench {
namespace {

constexpr std::size_t kNumbers = 64;

struct Series : Table<"series", std::vector<double>, Key<std::uint64_t>, Array<double>> {};

std::uint64_t sum_of(std::span<const double> numbers) noexcept {
    double sum = 0;
    for (const double number : numbers) sum += number;
    return static_cast<std::uint64_t>(sum);
}

class ArrayContestant final : public Contestant {
public:
    ArrayContestant(const Orders& orders, std::string path) : path_(std::move(path)), picks_(orders.picks()) {
        // Whole numbers, so that their sum is exact in any order.
        for (const Order& order : orders.all()) {
            std::vector<double>& numbers = all_.emplace_back();
            for (std::size_t i = 0; i < kNumbers; ++i) numbers.push_back(static_cast<double>(order.quantity + i));
            sum_ += sum_of(numbers);
            last_ += static_cast<std::uint64_t>(numbers.back());
        }
    }

    [[nodiscard]] std::string name() const override { return "Array"; }
    [[nodiscard]] bool takes(const Step& step) const override {
        if (step.work == Work::insert) return step.indexes == 0;
        return step.work == Work::get || step.work == Work::view || step.work == Work::scan;
    }

    void prepare(const Step& step) override {
        if (step.work != Work::insert) return;
        database_.reset();
        std::filesystem::remove(path_);
        std::filesystem::remove(path_ + "-lock");
        database_.emplace(Database::open<Series>(path_, {.durability = kv::Durability::deferred}));
    }

    [[nodiscard]] std::uint64_t run(const Step& step) override {
        if (step.work == Work::insert) return insert(step.batch);
        ReadTransaction txn = database_->begin_read();
        const Reader<Series> reader{txn};
        std::uint64_t sum = 0;
        if (step.work == Work::get) {
            for (const std::uint32_t id : picks_) sum += sum_of(*reader.get(id));
        } else if (step.work == Work::view) {
            for (const std::uint32_t id : picks_) {
                const auto view = reader.view(id);
                sum += static_cast<std::uint64_t>((**view).back());
            }
        } else {
            for (const auto& [id, numbers] : reader.all()) sum += sum_of(numbers);
        }
        return sum;
    }

    [[nodiscard]] std::uint64_t expected(const Step& step) const override {
        if (step.work == Work::insert) return 0;
        return step.work == Work::view ? last_ : sum_;
    }

    void verify(const Step& step) override {
        if (run({.id = {}, .title = {}, .work = Work::scan, .indexes = 0, .batch = step.batch}) != sum_)
            throw Error(ErrorCode::corrupt, "the table does not hold the arrays that were written");
        if (const kv::CheckReport report = kv::check(database_->environment()); !report.findings.empty())
            throw Error(ErrorCode::corrupt, "check() has findings in the table's store");
    }

    [[nodiscard]] StoredBytes stored_bytes() const {
        StoredBytes bytes;
        for (std::uint64_t id = 0; id < all_.size(); ++id) {
            key::append(bytes.keys.emplace_back(), id);
            Array<double>::encode(all_[id], bytes.values.emplace_back());
        }
        return bytes;
    }

private:
    std::uint64_t insert(std::size_t batch) {
        for (std::uint64_t id = 0; id < all_.size();) {
            WriteTransaction txn = database_->begin_write();
            Writer<Series> writer{txn};
            for (const std::uint64_t end = std::min<std::uint64_t>(id + batch, all_.size()); id < end; ++id)
                writer.insert(id, all_[id]);
            txn.commit();
        }
        database_->environment().sync();
        return 0;
    }

    std::string path_;
    const std::vector<std::uint32_t>& picks_;
    std::vector<std::vector<double>> all_;
    std::uint64_t sum_ = 0;
    std::uint64_t last_ = 0;
    std::optional<Database> database_;
};

}  // namespace

Codec make_array_codec(const Orders& orders, const std::string& folder) {
    auto table = std::make_unique<ArrayContestant>(orders, folder + "/array.cambium");
    auto engine = make_engine(orders, folder + "/array-engine.cambium", table->stored_bytes());
    return {"Array", std::move(table), std::move(engine), false};
}

}  // namespace cambium::bench
