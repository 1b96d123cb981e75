// The answers every engine should give: an ordered map in memory. It runs the same workloads once, untimed,
// and its digests are what the engines' are compared with. Values are views: the data set outlives it.
//
// Any number of sessions and threads. A snapshot shares the map; a writer that finds it shared works on a copy.
#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "engine.hpp"

namespace cambium::bench {
namespace {

using Map = std::map<std::string, ByteView, std::less<>>;

/// The newest map. Nothing while a writer changes it in place.
struct Shared {
    std::shared_ptr<Map> newest = std::make_shared<Map>();
    std::mutex pointer;
    std::mutex writer;
};

class ReferenceSession final : public Session {
public:
    explicit ReferenceSession(Shared& shared) : shared_(shared) {}

    void begin_read() override {
        for (;; std::this_thread::yield()) {
            const std::lock_guard lock(shared_.pointer);
            snapshot_ = shared_.newest;
            if (snapshot_) return;
        }
    }
    void end_read() override {
        const std::lock_guard lock(shared_.pointer);
        snapshot_.reset();
    }

    std::optional<ByteView> get(ByteView key) override {
        const auto found = snapshot_->find(key);
        if (found == snapshot_->end()) return std::nullopt;
        return found->second;
    }

    std::size_t scan(Direction direction, Digest& digest) override {
        const auto visit = [&digest](const Map::value_type& record) { add_record(record, digest); };
        if (direction == Direction::forward) {
            std::for_each(snapshot_->begin(), snapshot_->end(), visit);
        } else {
            std::for_each(snapshot_->rbegin(), snapshot_->rend(), visit);
        }
        return snapshot_->size();
    }

    std::size_t seek_next(ByteView key, std::size_t count, Digest& digest) override {
        std::size_t found = 0;
        for (auto at = snapshot_->lower_bound(key); at != snapshot_->end() && found < count; ++at, ++found)
            add_record(*at, digest);
        return found;
    }

    void begin_write(WriteOrder order) override {
        ascending_ = order == WriteOrder::ascending;
        writing_ = std::unique_lock(shared_.writer);
        const std::lock_guard lock(shared_.pointer);
        changed_ = std::move(shared_.newest);
        if (changed_.use_count() == 1) return;
        shared_.newest = changed_;
        changed_ = std::make_shared<Map>(*changed_);
    }
    void put(ByteView key, ByteView value) override {
        if (ascending_) {
            changed_->insert_or_assign(changed_->end(), std::string(key), value);
        } else {
            changed_->insert_or_assign(std::string(key), value);
        }
    }
    void erase(ByteView key) override { changed_->erase(std::string(key)); }
    void commit() override {
        {
            const std::lock_guard lock(shared_.pointer);
            shared_.newest = std::move(changed_);
        }
        writing_.unlock();
    }

private:
    static void add_record(const Map::value_type& record, Digest& digest) {
        digest.add(record.first);
        digest.add(record.second);
    }

    Shared& shared_;
    std::shared_ptr<const Map> snapshot_;
    std::shared_ptr<Map> changed_;
    bool ascending_ = false;
    std::unique_lock<std::mutex> writing_;
};

class ReferenceEngine final : public Engine {
public:
    [[nodiscard]] std::string name() const override { return "reference"; }
    [[nodiscard]] std::string version() const override { return "1"; }
    [[nodiscard]] std::string settings() const override { return "std::map in memory, not timed"; }

    void open(const std::string&, const Resources&) override {}
    void close() override {}
    [[nodiscard]] std::unique_ptr<Session> session() override {
        return std::make_unique<ReferenceSession>(shared_);
    }
    void set_durability(Durability) override {}
    void sync() override {}

private:
    Shared shared_;
};

}  // namespace

std::unique_ptr<Engine> make_reference_engine() {
    return std::make_unique<ReferenceEngine>();
}

}  // namespace cambium::bench
