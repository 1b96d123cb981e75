// SQLite as an ordered key-value store: one WITHOUT ROWID table, prepared statements, write-ahead log.
// A session is a connection. Statements bind without copying and are kept for the life of the session.
#include <algorithm>

#include "engine.hpp"
#include "engines/sqlite_connection.hpp"

namespace cambium::bench {
namespace {

using namespace sqlite;

/// Its own connection, so that sessions work side by side.
class SqliteSession final : public Session {
public:
    SqliteSession(const std::string& path, std::size_t cache_bytes, const Durability& durability)
        : connection_(path),
          durability_(durability),
          begin_(connection_.get(), "BEGIN"),
          begin_write_(connection_.get(), "BEGIN IMMEDIATE"),
          commit_(connection_.get(), "COMMIT"),
          get_(connection_.get(), "SELECT v FROM t WHERE k = ?1"),
          forward_(connection_.get(), "SELECT k, v FROM t ORDER BY k"),
          reverse_(connection_.get(), "SELECT k, v FROM t ORDER BY k DESC"),
          seek_(connection_.get(), "SELECT k, v FROM t WHERE k >= ?1 ORDER BY k LIMIT ?2"),
          put_(connection_.get(), "REPLACE INTO t(k, v) VALUES(?1, ?2)"),
          erase_(connection_.get(), "DELETE FROM t WHERE k = ?1") {
        execute(connection_.get(), ("PRAGMA cache_size=-" + std::to_string(cache_bytes >> 10)).c_str());
    }

    void begin_read() override { begin_.run(); }

    void end_read() override {
        get_.reset();
        commit_.run();
    }

    std::optional<ByteView> get(ByteView key) override {
        get_.reset();
        get_.bind(1, key);
        if (!get_.step()) return std::nullopt;
        return get_.column(0);
    }

    /// A statement outside BEGIN is its own transaction: the quickest way SQLite has.
    void get_alone(ByteView key, Digest& digest) override {
        add(get(key), digest);
        get_.reset();
    }

    std::size_t scan(Direction direction, Digest& digest) override {
        return drain(direction == Direction::forward ? forward_ : reverse_, digest);
    }

    std::size_t seek_next(ByteView key, std::size_t count, Digest& digest) override {
        seek_.bind(1, key);
        seek_.bind(2, count);
        return drain(seek_, digest);
    }

    void begin_write(WriteOrder) override {
        if (applied_ != durability_) {
            execute(connection_.get(),
                    durability_ == Durability::durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF");
            applied_ = durability_;
        }
        begin_write_.run();
    }

    void put(ByteView key, ByteView value) override {
        put_.bind(1, key);
        put_.bind(2, value);
        put_.run();
    }

    void erase(ByteView key) override {
        erase_.bind(1, key);
        erase_.run();
    }

    void commit() override { commit_.run(); }

private:
    static std::size_t drain(Statement& statement, Digest& digest) {
        std::size_t count = 0;
        for (; statement.step(); ++count) {
            digest.add(statement.column(0));
            digest.add(statement.column(1));
        }
        statement.reset();
        return count;
    }

    Connection connection_;
    const Durability& durability_;
    Durability applied_ = Durability::durable;
    Statement begin_, begin_write_, commit_, get_, forward_, reverse_, seek_, put_, erase_;
};

class SqliteEngine final : public Engine {
public:
    [[nodiscard]] std::string name() const override { return "sqlite"; }
    [[nodiscard]] std::string version() const override { return sqlite3_libversion(); }

    [[nodiscard]] std::string settings() const override {
        return "journal_mode=WAL, wal_autocheckpoint=4096 (16 MiB), 4 KiB pages, cache_size 256 MiB, "
               "mmap_size 64 GiB (as far as the build allows), table WITHOUT ROWID, BLOB key, statements "
               "kept prepared, no mutexes, a connection per session, REPLACE to put; durable: "
               "synchronous=FULL, deferred: synchronous=OFF, then fsync of log and file";
    }

    void open(const std::string& path, const Resources& resources) override {
        path_ = path;
        cache_bytes_ = std::min(kCacheBytes, resources.cache_bytes);
        durability_ = Durability::durable;
        keeper_.emplace(path);
        execute(keeper_->get(), "CREATE TABLE IF NOT EXISTS t(k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID");
    }

    void close() override { keeper_.reset(); }

    [[nodiscard]] std::unique_ptr<Session> session() override {
        return std::make_unique<SqliteSession>(path_, cache_bytes_, durability_);
    }

    void set_durability(Durability durability) override { durability_ = durability; }
    void sync() override { keeper_->sync(); }

private:
    static constexpr std::size_t kCacheBytes = std::size_t{256} << 20;

    std::string path_;
    std::size_t cache_bytes_ = kCacheBytes;
    Durability durability_ = Durability::durable;
    std::optional<Connection> keeper_;  ///< the last connection to close folds the log in
};

}  // namespace

std::unique_ptr<Engine> make_sqlite_engine() {
    return std::make_unique<SqliteEngine>();
}

}  // namespace cambium::bench
