// Cambium through its public kv headers. One tree.
#include <optional>

#include "cambium/kv/environment.hpp"
#include "engine.hpp"

namespace cambium::bench {
namespace {

class CambiumSession final : public Session {
public:
    CambiumSession(kv::Environment& environment, kv::Tree tree, const kv::Durability& durability)
        : environment_(environment), tree_(tree), durability_(durability) {}

    void begin_read() override { read_.emplace(environment_.begin_read()); }

    void end_read() override {
        cursor_.reset();
        read_.reset();
    }

    std::optional<ByteView> get(ByteView key) override { return read_->get(tree_, key); }

    void get_alone(ByteView key, Digest& digest) override {
        if (alone_) {
            alone_->renew();
        } else {
            alone_.emplace(environment_.begin_read());
        }
        add(alone_->get(tree_, key), digest);
        alone_->reset();
    }

    void get_many(std::span<const ByteView> keys, Digest& digest) override {
        values_.resize(keys.size());
        read_->multi_get(tree_, keys, values_);
        for (const std::optional<ByteView>& value : values_) add(value, digest);
    }

    std::size_t scan(Direction direction, Digest& digest) override {
        kv::Cursor& at = cursor();
        std::size_t count = 0;
        const bool forward = direction == Direction::forward;
        for (bool more = forward ? at.first() : at.last(); more; more = forward ? at.next() : at.previous()) {
            digest.add(at.key());
            digest.add(at.value());
            ++count;
        }
        return count;
    }

    std::size_t seek_next(ByteView key, std::size_t count, Digest& digest) override {
        kv::Cursor& at = cursor();
        std::size_t found = 0;
        for (bool more = at.seek(key); more && found < count; more = at.next()) {
            digest.add(at.key());
            digest.add(at.value());
            ++found;
        }
        return found;
    }

    void begin_write(WriteOrder) override { write_.emplace(environment_.begin_write()); }
    void put(ByteView key, ByteView value) override { write_->put(tree_, key, value); }

    void erase(ByteView key) override { write_->erase(tree_, key); }

    void commit() override {
        write_->commit(durability_);
        write_.reset();
    }

private:
    kv::Cursor& cursor() {
        if (!cursor_) cursor_.emplace(read_->cursor(tree_));
        return *cursor_;
    }

    kv::Environment& environment_;
    kv::Tree tree_;
    const kv::Durability& durability_;
    std::vector<std::optional<ByteView>> values_;
    std::optional<kv::ReadTransaction> read_;
    std::optional<kv::ReadTransaction> alone_;  ///< reset between calls, as those of the other engines are
    std::optional<kv::Cursor> cursor_;
    std::optional<kv::WriteTransaction> write_;
};

class CambiumEngine final : public Engine {
public:
    [[nodiscard]] std::string name() const override { return "cambium"; }
    [[nodiscard]] std::string version() const override { return CAMBIUM_BENCH_VERSION; }

    [[nodiscard]] std::string settings() const override {
        return "defaults: 4 KiB pages; durable: Durability::durable (one flush per commit), deferred: "
               "Durability::deferred, deferred_bytes 0 (never by itself), then Environment::sync(); no hint for "
               "sorted loads";
    }

    void open(const std::string& path, const Resources&) override {
        kv::Options options;
        options.deferred_bytes = 0;
        environment_.emplace(kv::Environment::open(path, options));
        kv::WriteTransaction transaction = environment_->begin_write();
        tree_ = transaction.create_tree("bench");
        transaction.commit();
    }

    void close() override {
        durability_ = kv::Durability::durable;
        environment_->close();
        environment_.reset();
    }

    [[nodiscard]] std::unique_ptr<Session> session() override {
        return std::make_unique<CambiumSession>(*environment_, tree_, durability_);
    }

    void set_durability(Durability durability) override {
        durability_ = durability == Durability::durable ? kv::Durability::durable : kv::Durability::deferred;
    }
    void sync() override { environment_->sync(); }

    [[nodiscard]] std::optional<std::uint64_t> bytes_written() const override {
        return environment_->statistics().bytes_written;
    }

private:
    std::optional<kv::Environment> environment_;
    kv::Tree tree_;
    kv::Durability durability_ = kv::Durability::durable;
};

}  // namespace

std::unique_ptr<Engine> make_cambium_engine() {
    return std::make_unique<CambiumEngine>();
}

}  // namespace cambium::bench
