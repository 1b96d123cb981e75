// LMDB, the peer that every ratio refers to. Read transactions are reset and renewed rather than aborted and
// begun, cursors are renewed with them, and sorted loads append: the quickest ways it documents.
#include <lmdb.h>

#include "cambium/base/error.hpp"
#include "engine.hpp"

namespace cambium::bench {
namespace {

constexpr std::size_t kMapSizeBytes = std::size_t{1} << 38;

void check(int code, const char* call) {
    if (code != MDB_SUCCESS)
        throw Error(ErrorCode::io, std::string("LMDB: ") + call + " failed: " + mdb_strerror(code));
}

MDB_val to_val(ByteView bytes) {
    return {bytes.size(), const_cast<char*>(bytes.data())};
}
ByteView to_view(const MDB_val& val) {
    return {static_cast<const char*>(val.mv_data), val.mv_size};
}

class LmdbSession final : public Session {
public:
    LmdbSession(MDB_env* environment, MDB_dbi tree) : environment_(environment), tree_(tree) {
        check(mdb_txn_begin(environment_, nullptr, MDB_RDONLY, &read_), "mdb_txn_begin");
        const int code = mdb_cursor_open(read_, tree_, &cursor_);
        mdb_txn_reset(read_);
        if (code != MDB_SUCCESS) mdb_txn_abort(read_);
        check(code, "mdb_cursor_open");
    }

    ~LmdbSession() override {
        mdb_cursor_close(cursor_);
        mdb_txn_abort(read_);
        if (write_ != nullptr) mdb_txn_abort(write_);
    }

    void begin_read() override {
        check(mdb_txn_renew(read_), "mdb_txn_renew");
        cursor_fresh_ = false;
    }

    void end_read() override { mdb_txn_reset(read_); }

    std::optional<ByteView> get(ByteView key) override {
        MDB_val wanted = to_val(key);
        MDB_val value;
        const int code = mdb_get(read_, tree_, &wanted, &value);
        if (code == MDB_NOTFOUND) return std::nullopt;
        check(code, "mdb_get");
        return to_view(value);
    }

    std::size_t scan(Direction direction, Digest& digest) override {
        const bool forward = direction == Direction::forward;
        MDB_val key;
        return walk(forward ? MDB_FIRST : MDB_LAST, forward ? MDB_NEXT : MDB_PREV, key, SIZE_MAX, digest);
    }

    std::size_t seek_next(ByteView key, std::size_t count, Digest& digest) override {
        MDB_val wanted = to_val(key);
        return walk(MDB_SET_RANGE, MDB_NEXT, wanted, count, digest);
    }

    void begin_write(WriteOrder order) override {
        put_flags_ = order == WriteOrder::ascending ? MDB_APPEND : 0U;
        check(mdb_txn_begin(environment_, nullptr, 0, &write_), "mdb_txn_begin");
    }

    void put(ByteView key, ByteView value) override {
        MDB_val k = to_val(key);
        MDB_val v = to_val(value);
        check(mdb_put(write_, tree_, &k, &v, put_flags_), "mdb_put");
    }

    void commit() override {
        MDB_txn* ending = write_;
        write_ = nullptr;
        check(mdb_txn_commit(ending), "mdb_txn_commit");
    }

private:
    std::size_t walk(MDB_cursor_op start, MDB_cursor_op step, MDB_val& key, std::size_t count, Digest& digest) {
        if (!cursor_fresh_) {
            check(mdb_cursor_renew(read_, cursor_), "mdb_cursor_renew");
            cursor_fresh_ = true;
        }
        MDB_val value;
        std::size_t found = 0;
        int code = mdb_cursor_get(cursor_, &key, &value, start);
        while (code == MDB_SUCCESS) {
            digest.add(to_view(key));
            digest.add(to_view(value));
            if (++found == count) return found;
            code = mdb_cursor_get(cursor_, &key, &value, step);
        }
        if (code != MDB_NOTFOUND) check(code, "mdb_cursor_get");
        return found;
    }

    MDB_env* environment_;
    MDB_dbi tree_;
    MDB_txn* read_ = nullptr;
    MDB_cursor* cursor_ = nullptr;
    bool cursor_fresh_ = false;
    MDB_txn* write_ = nullptr;
    unsigned put_flags_ = 0;
};

class LmdbEngine final : public Engine {
public:
    ~LmdbEngine() override { close(); }

    [[nodiscard]] std::string name() const override { return "lmdb"; }
    [[nodiscard]] std::string version() const override {
        int major = 0;
        int minor = 0;
        int patch = 0;
        mdb_version(&major, &minor, &patch);
        return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
    }

    [[nodiscard]] std::string settings() const override {
        return "MDB_NOSUBDIR, 256 GiB map, default sync (data flushed, then the meta page), read-only map; "
               "read transactions reset and renewed, MDB_APPEND in sorted loads";
    }

    void open(const std::string& path) override {
        check(mdb_env_create(&environment_), "mdb_env_create");
        check(mdb_env_set_mapsize(environment_, kMapSizeBytes), "mdb_env_set_mapsize");
        check(mdb_env_open(environment_, path.c_str(), MDB_NOSUBDIR, 0600), "mdb_env_open");
        MDB_txn* transaction = nullptr;
        check(mdb_txn_begin(environment_, nullptr, 0, &transaction), "mdb_txn_begin");
        const int code = mdb_dbi_open(transaction, nullptr, 0, &tree_);
        if (code != MDB_SUCCESS) mdb_txn_abort(transaction);
        check(code, "mdb_dbi_open");
        check(mdb_txn_commit(transaction), "mdb_txn_commit");
    }

    void close() override {
        if (environment_ != nullptr) mdb_env_close(environment_);
        environment_ = nullptr;
    }

    [[nodiscard]] std::unique_ptr<Session> session() override {
        return std::make_unique<LmdbSession>(environment_, tree_);
    }

private:
    MDB_env* environment_ = nullptr;
    MDB_dbi tree_ = 0;
};

}  // namespace

std::unique_ptr<Engine> make_lmdb_engine() {
    return std::make_unique<LmdbEngine>();
}

}  // namespace cambium::bench
