// The answers every engine should give: an ordered map in memory. It runs the same workloads once, untimed,
// and its digests are what the engines' are compared with. Keys and values are views: the data set outlives it.
#include <algorithm>
#include <map>

#include "engine.hpp"

namespace cambium::bench {
namespace {

using Map = std::map<ByteView, ByteView>;

class ReferenceSession final : public Session {
public:
    explicit ReferenceSession(Map& map) : map_(map) {}

    void begin_read() override {}
    void end_read() override {}

    std::optional<ByteView> get(ByteView key) override {
        const auto found = map_.find(key);
        if (found == map_.end()) return std::nullopt;
        return found->second;
    }

    std::size_t scan(Direction direction, Digest& digest) override {
        const auto visit = [&digest](const Map::value_type& record) { add_record(record, digest); };
        if (direction == Direction::forward) {
            std::for_each(map_.begin(), map_.end(), visit);
        } else {
            std::for_each(map_.rbegin(), map_.rend(), visit);
        }
        return map_.size();
    }

    std::size_t seek_next(ByteView key, std::size_t count, Digest& digest) override {
        std::size_t found = 0;
        for (auto at = map_.lower_bound(key); at != map_.end() && found < count; ++at, ++found)
            add_record(*at, digest);
        return found;
    }

    void begin_write(WriteOrder) override {}
    void put(ByteView key, ByteView value) override { map_.insert_or_assign(key, value); }
    void commit() override {}

private:
    static void add_record(const Map::value_type& record, Digest& digest) {
        digest.add(record.first);
        digest.add(record.second);
    }

    Map& map_;
};

class ReferenceEngine final : public Engine {
public:
    [[nodiscard]] std::string name() const override { return "reference"; }
    [[nodiscard]] std::string version() const override { return "1"; }
    [[nodiscard]] std::string settings() const override { return "std::map in memory, not timed"; }

    void open(const std::string&) override {}
    void close() override {}
    [[nodiscard]] std::unique_ptr<Session> session() override { return std::make_unique<ReferenceSession>(map_); }

private:
    Map map_;
};

}  // namespace

std::unique_ptr<Engine> make_reference_engine() {
    return std::make_unique<ReferenceEngine>();
}

}  // namespace cambium::bench
