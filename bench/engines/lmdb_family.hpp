// LMDB and the engines that share its interface, over a table of their calls.
//
// Read transactions are reset and renewed rather than aborted and begun, cursors are renewed with them, and sorted
// loads append: the quickest ways that LMDB documents.
//
// An Api has the types Env, Txn, Cursor, Val and Dbi, the constants used below, and one call per call of LMDB.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "cambium/base/error.hpp"
#include "engine.hpp"

namespace cambium::bench {

inline constexpr std::size_t kMapSizeBytes = std::size_t{1} << 38;

template <class Api>
void check_call(const Api& api, int code, const char* call) {
    if (code != Api::kSuccess)
        throw Error(ErrorCode::io, std::string(Api::kLibrary) + ": " + call + " failed: " + api.error_text(code));
}

template <class Api>
class LmdbFamilySession final : public Session {
public:
    using Val = typename Api::Val;

    LmdbFamilySession(const Api& api, typename Api::Env* environment, typename Api::Dbi tree)
        : api_(api), environment_(environment), tree_(tree) {
        check(api_.txn_begin(environment_, Api::kReadOnly, &read_), "txn_begin");
        const int code = api_.cursor_open(read_, tree_, &cursor_);
        api_.txn_reset(read_);
        if (code != Api::kSuccess) api_.txn_abort(read_);
        check(code, "cursor_open");
    }

    ~LmdbFamilySession() override {
        api_.cursor_close(cursor_);
        api_.txn_abort(read_);
        if (write_ != nullptr) api_.txn_abort(write_);
    }

    void begin_read() override {
        check(api_.txn_renew(read_), "txn_renew");
        cursor_fresh_ = false;
    }

    void end_read() override { api_.txn_reset(read_); }

    std::optional<ByteView> get(ByteView key) override {
        Val wanted = Api::to_val(key);
        Val value;
        const int code = api_.get(read_, tree_, &wanted, &value);
        if (code == Api::kNotFound) return std::nullopt;
        check(code, "get");
        return Api::to_view(value);
    }

    std::size_t scan(Direction direction, Digest& digest) override {
        const bool forward = direction == Direction::forward;
        Val key{};
        return walk(forward ? Api::kFirst : Api::kLast, forward ? Api::kNext : Api::kPrevious, key, SIZE_MAX,
                    digest);
    }

    std::size_t seek_next(ByteView key, std::size_t count, Digest& digest) override {
        Val wanted = Api::to_val(key);
        return walk(Api::kSetRange, Api::kNext, wanted, count, digest);
    }

    void begin_write(WriteOrder order) override {
        ascending_ = order == WriteOrder::ascending;
        check(api_.txn_begin(environment_, Api::kReadWrite, &write_), "txn_begin");
    }

    void put(ByteView key, ByteView value) override {
        Val k = Api::to_val(key);
        Val v = Api::to_val(value);
        check(api_.put(write_, tree_, &k, &v, ascending_), "put");
    }

    void erase(ByteView key) override {
        Val k = Api::to_val(key);
        check(api_.del(write_, tree_, &k), "del");
    }

    void commit() override { check(api_.txn_commit(std::exchange(write_, nullptr)), "txn_commit"); }

private:
    void check(int code, const char* call) const { check_call(api_, code, call); }

    template <class Operation>
    std::size_t walk(Operation start, Operation step, Val& key, std::size_t count, Digest& digest) {
        if (!cursor_fresh_) {
            check(api_.cursor_renew(read_, cursor_), "cursor_renew");
            cursor_fresh_ = true;
        }
        Val value;
        std::size_t found = 0;
        int code = api_.cursor_get(cursor_, &key, &value, start);
        while (code == Api::kSuccess) {
            digest.add(Api::to_view(key));
            digest.add(Api::to_view(value));
            if (++found == count) return found;
            code = api_.cursor_get(cursor_, &key, &value, step);
        }
        if (code != Api::kNotFound) check(code, "cursor_get");
        return found;
    }

    const Api& api_;
    typename Api::Env* environment_;
    typename Api::Dbi tree_;
    typename Api::Txn* read_ = nullptr;
    typename Api::Cursor* cursor_ = nullptr;
    bool cursor_fresh_ = false;
    typename Api::Txn* write_ = nullptr;
    bool ascending_ = false;
};

/// `write_map` writes through a writable mapping: quicker, and a stray pointer can then damage the file.
template <class Api>
class LmdbFamilyEngine final : public Engine {
public:
    LmdbFamilyEngine(std::string name, Api api, bool write_map)
        : name_(std::move(name)), api_(std::move(api)), write_map_(write_map) {}
    ~LmdbFamilyEngine() override { close(); }

    [[nodiscard]] std::string name() const override { return name_; }
    [[nodiscard]] std::string version() const override { return api_.version(); }
    [[nodiscard]] std::string settings() const override {
        return api_.settings() + (write_map_ ? ", a map that is written to" : ", read-only map") +
               "; read transactions not bound to threads, reset and renewed; APPEND in sorted loads; "
               "NORDAHEAD under a memory limit";
    }

    void open(const std::string& path, const Resources& resources) override {
        check(api_.env_create(&environment_), "env_create");
        check(api_.env_set_map_size(environment_, kMapSizeBytes), "env_set_mapsize");
        check(api_.env_open(environment_, path.c_str(), write_map_, resources.sparse_reads), "env_open");
        typename Api::Txn* transaction = nullptr;
        check(api_.txn_begin(environment_, Api::kReadWrite, &transaction), "txn_begin");
        const int code = api_.dbi_open(transaction, &tree_);
        if (code != Api::kSuccess) api_.txn_abort(transaction);
        check(code, "dbi_open");
        check(api_.txn_commit(transaction), "txn_commit");
    }

    void close() override {
        if (environment_ != nullptr) api_.env_close(environment_);
        environment_ = nullptr;
    }

    [[nodiscard]] std::unique_ptr<Session> session() override {
        return std::make_unique<LmdbFamilySession<Api>>(api_, environment_, tree_);
    }

    void set_durability(Durability durability) override {
        check(api_.env_set_no_sync(environment_, durability == Durability::deferred), "env_set_flags");
    }
    void sync() override { check(api_.env_sync(environment_), "env_sync"); }

private:
    void check(int code, const char* call) const { check_call(api_, code, call); }

    std::string name_;
    Api api_;
    bool write_map_;
    typename Api::Env* environment_ = nullptr;
    typename Api::Dbi tree_ = 0;
};

}  // namespace cambium::bench
