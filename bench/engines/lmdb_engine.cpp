// LMDB, the peer that every ratio refers to; the same with a writable map, for information; and, when the build
// names one, a second LMDB library of another version.
//
// Two LMDBs have the same symbols. The second is loaded at run time, and RTLD_DEEPBIND has it call its own
// functions rather than those of the library that the program is linked with.
#include <dlfcn.h>
#include <lmdb.h>

#include "engines/lmdb_family.hpp"

namespace cambium::bench {
namespace {

/// What is used of the interface, which LMDB 0.9 and 1.0 share.
// clang-format off
#define CAMBIUM_LMDB_CALLS(CALL) \
    CALL(version) CALL(strerror) CALL(env_create) CALL(env_set_mapsize) CALL(env_open) CALL(env_close) CALL(env_set_flags) \
    CALL(env_sync) CALL(txn_begin) CALL(txn_commit) CALL(txn_abort) CALL(txn_reset) CALL(txn_renew) CALL(dbi_open) \
    CALL(get) CALL(put) CALL(del) CALL(cursor_open) CALL(cursor_close) CALL(cursor_renew) CALL(cursor_get)
// clang-format on

struct Calls {
#define CAMBIUM_LMDB_DECLARE(name) decltype(&mdb_##name) name;
    CAMBIUM_LMDB_CALLS(CAMBIUM_LMDB_DECLARE)
#undef CAMBIUM_LMDB_DECLARE
};

Calls linked_calls() {
    Calls calls{};
#define CAMBIUM_LMDB_LINKED(name) calls.name = &mdb_##name;
    CAMBIUM_LMDB_CALLS(CAMBIUM_LMDB_LINKED)
#undef CAMBIUM_LMDB_LINKED
    return calls;
}

#ifdef CAMBIUM_BENCH_LMDB1
template <class Call>
void find_call(void* library, const char* name, Call& call) {
    call = reinterpret_cast<Call>(dlsym(library, name));
    if (call == nullptr)
        throw Error(ErrorCode::not_found, std::string("the library named by CAMBIUM_BENCH_LMDB1, \"") +
                                              CAMBIUM_BENCH_LMDB1 + "\", has no " + name +
                                              "; it must be a shared LMDB library");
}

Calls loaded_calls() {
    void* library = dlopen(CAMBIUM_BENCH_LMDB1, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (library == nullptr)
        throw Error(ErrorCode::not_found, std::string("cannot load the library named by CAMBIUM_BENCH_LMDB1: ") +
                                              dlerror() + "; build it there, or configure without it");
    Calls calls{};
#define CAMBIUM_LMDB_FIND(name) find_call(library, "mdb_" #name, calls.name);
    CAMBIUM_LMDB_CALLS(CAMBIUM_LMDB_FIND)
#undef CAMBIUM_LMDB_FIND
    return calls;
}
#endif

struct LmdbApi {
    using Env = MDB_env;
    using Txn = MDB_txn;
    using Cursor = MDB_cursor;
    using Val = MDB_val;
    using Dbi = MDB_dbi;
    static constexpr const char* kLibrary = "LMDB";
    static constexpr int kSuccess = MDB_SUCCESS;
    static constexpr int kNotFound = MDB_NOTFOUND;
    static constexpr unsigned kReadOnly = MDB_RDONLY;
    static constexpr unsigned kReadWrite = 0;
    static constexpr MDB_cursor_op kFirst = MDB_FIRST;
    static constexpr MDB_cursor_op kLast = MDB_LAST;
    static constexpr MDB_cursor_op kNext = MDB_NEXT;
    static constexpr MDB_cursor_op kPrevious = MDB_PREV;
    static constexpr MDB_cursor_op kSetRange = MDB_SET_RANGE;

    static Val to_val(ByteView bytes) { return {bytes.size(), const_cast<char*>(bytes.data())}; }
    static ByteView to_view(const Val& val) { return {static_cast<const char*>(val.mv_data), val.mv_size}; }

    [[nodiscard]] std::string version() const {
        int major = 0;
        int minor = 0;
        int patch = 0;
        calls.version(&major, &minor, &patch);
        return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
    }
    [[nodiscard]] std::string settings() const {
        return "256 GiB map; durable: default sync (data flushed, then the meta page), deferred: MDB_NOSYNC, then "
               "mdb_env_sync(force)";
    }
    [[nodiscard]] const char* error_text(int code) const { return calls.strerror(code); }

    int env_create(Env** env) const { return calls.env_create(env); }
    int env_set_map_size(Env* env, std::size_t bytes) const { return calls.env_set_mapsize(env, bytes); }
    int env_open(Env* env, const char* path, bool write_map, bool sparse) const {
        const unsigned map = (write_map ? MDB_WRITEMAP : 0U) | (sparse ? MDB_NORDAHEAD : 0U);
        return calls.env_open(env, path, MDB_NOSUBDIR | MDB_NOTLS | map, 0600);
    }
    void env_close(Env* env) const { calls.env_close(env); }
    int env_set_no_sync(Env* env, bool on) const { return calls.env_set_flags(env, MDB_NOSYNC, on ? 1 : 0); }
    int env_sync(Env* env) const { return calls.env_sync(env, 1); }
    int txn_begin(Env* env, unsigned flags, Txn** txn) const { return calls.txn_begin(env, nullptr, flags, txn); }
    int txn_commit(Txn* txn) const { return calls.txn_commit(txn); }
    void txn_abort(Txn* txn) const { calls.txn_abort(txn); }
    void txn_reset(Txn* txn) const { calls.txn_reset(txn); }
    int txn_renew(Txn* txn) const { return calls.txn_renew(txn); }
    int dbi_open(Txn* txn, Dbi* tree) const { return calls.dbi_open(txn, nullptr, 0, tree); }
    int get(Txn* txn, Dbi tree, Val* key, Val* value) const { return calls.get(txn, tree, key, value); }
    int put(Txn* txn, Dbi tree, Val* key, Val* value, bool append) const {
        return calls.put(txn, tree, key, value, append ? MDB_APPEND : 0U);
    }
    int del(Txn* txn, Dbi tree, Val* key) const { return calls.del(txn, tree, key, nullptr); }
    int cursor_open(Txn* txn, Dbi tree, Cursor** cursor) const { return calls.cursor_open(txn, tree, cursor); }
    void cursor_close(Cursor* cursor) const { calls.cursor_close(cursor); }
    int cursor_renew(Txn* txn, Cursor* cursor) const { return calls.cursor_renew(txn, cursor); }
    int cursor_get(Cursor* cursor, Val* key, Val* value, MDB_cursor_op operation) const {
        return calls.cursor_get(cursor, key, value, operation);
    }

    Calls calls;
};

}  // namespace

std::unique_ptr<Engine> make_lmdb_engine() {
    return std::make_unique<LmdbFamilyEngine<LmdbApi>>("lmdb", LmdbApi{linked_calls()}, false);
}

std::unique_ptr<Engine> make_lmdb_writemap_engine() {
    return std::make_unique<LmdbFamilyEngine<LmdbApi>>("lmdb-writemap", LmdbApi{linked_calls()}, true);
}

#ifdef CAMBIUM_BENCH_LMDB1
std::unique_ptr<Engine> make_lmdb1_engine() {
    return std::make_unique<LmdbFamilyEngine<LmdbApi>>("lmdb1", LmdbApi{loaded_calls()}, false);
}
#endif

}  // namespace cambium::bench
