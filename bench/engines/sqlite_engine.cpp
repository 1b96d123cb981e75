// SQLite as an ordered key-value store: one WITHOUT ROWID table, prepared statements, write-ahead log.
// A session is a connection. Statements bind without copying and are kept for the life of the session.
#include <sqlite3.h>

#include "cambium/base/error.hpp"
#include "engine.hpp"

namespace cambium::bench {
namespace {

/// Throws with SQLite's own sentence unless the code is the expected one.
void check(int code, int expected, sqlite3* connection, const char* what) {
    if (code == expected) return;
    const std::string reason = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
    throw Error(ErrorCode::io, std::string("SQLite: ") + what + " failed: " + reason);
}

/// One prepared statement. Belongs to one connection and is finalised before it closes.
class Statement {
public:
    Statement(sqlite3* connection, const char* sql) : connection_(connection) {
        check(sqlite3_prepare_v3(connection, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr), SQLITE_OK,
              connection, sql);
    }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement() { sqlite3_finalize(statement_); }

    /// The bytes must stay alive until reset().
    void bind(int parameter, ByteView bytes) {
        check(sqlite3_bind_blob64(statement_, parameter, bytes.data(), bytes.size(), SQLITE_STATIC), SQLITE_OK,
              connection_, "sqlite3_bind_blob64");
    }
    void bind(int parameter, std::size_t number) {
        check(sqlite3_bind_int64(statement_, parameter, static_cast<sqlite3_int64>(number)), SQLITE_OK, connection_,
              "sqlite3_bind_int64");
    }

    /// Whether there is a row. At the end of the rows, false.
    bool step() {
        const int code = sqlite3_step(statement_);
        if (code == SQLITE_ROW) return true;
        check(code, SQLITE_DONE, connection_, "sqlite3_step");
        return false;
    }

    /// A column of the current row, alive until the next step or reset.
    ByteView column(int index) {
        const void* bytes = sqlite3_column_blob(statement_, index);
        return {static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(statement_, index))};
    }

    void reset() { sqlite3_reset(statement_); }

    void run() {
        step();
        reset();
    }

private:
    sqlite3* connection_;
    sqlite3_stmt* statement_ = nullptr;
};

class SqliteSession final : public Session {
public:
    explicit SqliteSession(sqlite3* connection)
        : begin_(connection, "BEGIN"),
          begin_write_(connection, "BEGIN IMMEDIATE"),
          commit_(connection, "COMMIT"),
          get_(connection, "SELECT v FROM t WHERE k = ?1"),
          forward_(connection, "SELECT k, v FROM t ORDER BY k"),
          reverse_(connection, "SELECT k, v FROM t ORDER BY k DESC"),
          seek_(connection, "SELECT k, v FROM t WHERE k >= ?1 ORDER BY k LIMIT ?2"),
          put_(connection, "REPLACE INTO t(k, v) VALUES(?1, ?2)") {}

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

    void begin_write(WriteOrder) override { begin_write_.run(); }

    void put(ByteView key, ByteView value) override {
        put_.bind(1, key);
        put_.bind(2, value);
        put_.run();
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

    Statement begin_, begin_write_, commit_, get_, forward_, reverse_, seek_, put_;
};

class SqliteEngine final : public Engine {
public:
    ~SqliteEngine() override { sqlite3_close_v2(connection_); }

    [[nodiscard]] std::string name() const override { return "sqlite"; }
    [[nodiscard]] std::string version() const override { return sqlite3_libversion(); }

    [[nodiscard]] std::string settings() const override {
        return "journal_mode=WAL, synchronous=FULL, wal_autocheckpoint=4096 (16 MiB), 4 KiB pages, cache_size 256 "
               "MiB, mmap_size 64 GiB (as far as "
               "the "
               "build allows), table WITHOUT ROWID, BLOB key, statements kept prepared, no mutexes, "
               "REPLACE to put";
    }

    void open(const std::string& path) override {
        check(sqlite3_open_v2(path.c_str(), &connection_,
                              SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr),
              SQLITE_OK, connection_, "sqlite3_open_v2");
        for (const char* sql :
             {"PRAGMA page_size=4096", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
              "PRAGMA wal_autocheckpoint=4096", "PRAGMA cache_size=-262144", "PRAGMA mmap_size=68719476736",
              "CREATE TABLE IF NOT EXISTS t(k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID"})
            check(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr), SQLITE_OK, connection_, sql);
    }

    void close() override {
        check(sqlite3_close(connection_), SQLITE_OK, connection_, "sqlite3_close");
        connection_ = nullptr;
    }

    [[nodiscard]] std::unique_ptr<Session> session() override {
        return std::make_unique<SqliteSession>(connection_);
    }

private:
    sqlite3* connection_ = nullptr;
};

}  // namespace

std::unique_ptr<Engine> make_sqlite_engine() {
    return std::make_unique<SqliteEngine>();
}

}  // namespace cambium::bench
