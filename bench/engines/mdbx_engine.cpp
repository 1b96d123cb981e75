// libmdbx, when the build names a folder that holds it.
#include <mdbx.h>

#include "engines/lmdb_family.hpp"

namespace cambium::bench {
namespace {

struct MdbxApi {
    using Env = MDBX_env;
    using Txn = MDBX_txn;
    using Cursor = MDBX_cursor;
    using Val = MDBX_val;
    using Dbi = MDBX_dbi;
    static constexpr const char* kLibrary = "libmdbx";
    static constexpr int kSuccess = MDBX_SUCCESS;
    static constexpr int kNotFound = MDBX_NOTFOUND;
    static constexpr MDBX_txn_flags_t kReadOnly = MDBX_TXN_RDONLY;
    static constexpr MDBX_txn_flags_t kReadWrite = MDBX_TXN_READWRITE;
    static constexpr MDBX_cursor_op kFirst = MDBX_FIRST;
    static constexpr MDBX_cursor_op kLast = MDBX_LAST;
    static constexpr MDBX_cursor_op kNext = MDBX_NEXT;
    static constexpr MDBX_cursor_op kPrevious = MDBX_PREV;
    static constexpr MDBX_cursor_op kSetRange = MDBX_SET_RANGE;

    static Val to_val(ByteView bytes) {
        Val val;
        val.iov_base = const_cast<char*>(bytes.data());
        val.iov_len = bytes.size();
        return val;
    }
    static ByteView to_view(const Val& val) { return {static_cast<const char*>(val.iov_base), val.iov_len}; }

    [[nodiscard]] std::string version() const {
        return std::to_string(mdbx_version.major) + "." + std::to_string(mdbx_version.minor);
    }
    [[nodiscard]] std::string settings() const {
        return "4 KiB pages, map of up to 256 GiB; durable: MDBX_SYNC_DURABLE, deferred: MDBX_UTTERLY_NOSYNC, then "
               "mdbx_env_sync_ex(force)";
    }
    [[nodiscard]] const char* error_text(int code) const { return mdbx_strerror(code); }

    int env_create(Env** env) const { return mdbx_env_create(env); }
    int env_set_map_size(Env* env, std::size_t bytes) const {
        return mdbx_env_set_geometry(env, -1, -1, static_cast<intptr_t>(bytes), -1, -1, 4096);
    }
    int env_open(Env* env, const char* path, bool write_map, bool sparse) const {
        const MDBX_env_flags_t map =
            (write_map ? MDBX_WRITEMAP : MDBX_ENV_DEFAULTS) | (sparse ? MDBX_NORDAHEAD : MDBX_ENV_DEFAULTS);
        return mdbx_env_open(env, path, MDBX_NOSUBDIR | MDBX_NOSTICKYTHREADS | map, 0600);
    }
    void env_close(Env* env) const { mdbx_env_close(env); }
    int env_set_no_sync(Env* env, bool on) const { return mdbx_env_set_flags(env, MDBX_UTTERLY_NOSYNC, on); }
    int env_sync(Env* env) const {
        const int code = mdbx_env_sync_ex(env, true, false);
        return code == MDBX_RESULT_TRUE ? MDBX_SUCCESS : code;
    }
    int txn_begin(Env* env, MDBX_txn_flags_t flags, Txn** txn) const {
        return mdbx_txn_begin(env, nullptr, flags, txn);
    }
    int txn_commit(Txn* txn) const { return mdbx_txn_commit(txn); }
    void txn_abort(Txn* txn) const { mdbx_txn_abort(txn); }
    void txn_reset(Txn* txn) const { mdbx_txn_reset(txn); }
    int txn_renew(Txn* txn) const { return mdbx_txn_renew(txn); }
    int dbi_open(Txn* txn, Dbi* tree) const { return mdbx_dbi_open(txn, nullptr, MDBX_DB_DEFAULTS, tree); }
    int get(Txn* txn, Dbi tree, Val* key, Val* value) const { return mdbx_get(txn, tree, key, value); }
    int put(Txn* txn, Dbi tree, Val* key, Val* value, bool append) const {
        return mdbx_put(txn, tree, key, value, append ? MDBX_APPEND : MDBX_UPSERT);
    }
    int del(Txn* txn, Dbi tree, Val* key) const { return mdbx_del(txn, tree, key, nullptr); }
    int cursor_open(Txn* txn, Dbi tree, Cursor** cursor) const { return mdbx_cursor_open(txn, tree, cursor); }
    void cursor_close(Cursor* cursor) const { mdbx_cursor_close(cursor); }
    int cursor_renew(Txn* txn, Cursor* cursor) const { return mdbx_cursor_renew(txn, cursor); }
    int cursor_get(Cursor* cursor, Val* key, Val* value, MDBX_cursor_op operation) const {
        const int code = mdbx_cursor_get(cursor, key, value, operation);
        return code == MDBX_RESULT_TRUE ? MDBX_SUCCESS : code;
    }
};

}  // namespace

std::unique_ptr<Engine> make_mdbx_engine() {
    return std::make_unique<LmdbFamilyEngine<MdbxApi>>("mdbx", MdbxApi{}, false);
}

}  // namespace cambium::bench
