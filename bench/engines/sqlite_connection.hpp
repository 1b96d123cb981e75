// SQLite as the benchmarks use it: prepared statements, and a connection with the settings that suit it best.
// A connection and its statements belong to one thread.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "cambium/base/bytes.hpp"
#include "cambium/base/error.hpp"

namespace cambium::bench::sqlite {

/// Throws with SQLite's own sentence unless the code is the expected one.
inline void check(int code, int expected, sqlite3* connection, const char* what) {
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
    void bind_text(int parameter, std::string_view text) {
        check(sqlite3_bind_text64(statement_, parameter, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8),
              SQLITE_OK, connection_, "sqlite3_bind_text64");
    }
    void bind_real(int parameter, double number) {
        check(sqlite3_bind_double(statement_, parameter, number), SQLITE_OK, connection_, "sqlite3_bind_double");
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

    [[nodiscard]] std::string_view text(int index) {
        const auto* letters = reinterpret_cast<const char*>(sqlite3_column_text(statement_, index));
        return {letters, static_cast<std::size_t>(sqlite3_column_bytes(statement_, index))};
    }
    [[nodiscard]] std::int64_t integer(int index) { return sqlite3_column_int64(statement_, index); }
    [[nodiscard]] double real(int index) { return sqlite3_column_double(statement_, index); }

    void reset() { sqlite3_reset(statement_); }

    void run() {
        step();
        reset();
    }

private:
    sqlite3* connection_;
    sqlite3_stmt* statement_ = nullptr;
};

inline void execute(sqlite3* connection, const char* sql) {
    check(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr), SQLITE_OK, connection, sql);
}

/// A connection with the settings of this harness.
class Connection {
public:
    explicit Connection(const std::string& path) {
        const int code = sqlite3_open_v2(path.c_str(), &connection_,
                                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
        try {
            check(code, SQLITE_OK, connection_, "sqlite3_open_v2");
            for (const char* sql :
                 {"PRAGMA busy_timeout=600000", "PRAGMA page_size=4096", "PRAGMA journal_mode=WAL",
                  "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=4096", "PRAGMA mmap_size=68719476736"})
                execute(connection_, sql);
        } catch (...) {
            sqlite3_close_v2(connection_);
            throw;
        }
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { sqlite3_close_v2(connection_); }

    [[nodiscard]] sqlite3* get() const noexcept { return connection_; }

    /// Flushes log and file.
    void sync() {
        for (const int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
            sqlite3_file* file = nullptr;
            check(sqlite3_file_control(connection_, "main", which, static_cast<void*>(&file)), SQLITE_OK,
                  connection_, "sqlite3_file_control");
            check(file->pMethods->xSync(file, SQLITE_SYNC_NORMAL), SQLITE_OK, connection_, "xSync");
        }
    }

private:
    sqlite3* connection_ = nullptr;
};

}  // namespace cambium::bench::sqlite
