// LevelDB with a block cache as large as the harness grants.
#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include "engines/log_structured.hpp"

namespace cambium::bench {
namespace {

constexpr int kOpenFiles = 4000;

struct LevelLibrary {
    using DB = leveldb::DB;
    using Batch = leveldb::WriteBatch;
    using Iterator = leveldb::Iterator;
    using ReadOptions = leveldb::ReadOptions;
    using WriteOptions = leveldb::WriteOptions;
    using Status = leveldb::Status;
    using Slice = leveldb::Slice;
    using Value = std::string;
    static constexpr const char* kName = "LevelDB";

    static Status get(DB& store, const ReadOptions& options, const Slice& key, Value& value) {
        return store.Get(options, key, &value);
    }
};

class LevelEngine final : public Engine {
public:
    [[nodiscard]] std::string name() const override { return "leveldb"; }
    [[nodiscard]] std::string version() const override {
        return std::to_string(leveldb::kMajorVersion) + "." + std::to_string(leveldb::kMinorVersion);
    }
    [[nodiscard]] std::string settings() const override {
        return "no compression, bloom filters of 10 bits, LRU block cache of 2 GiB (all of 1M records fit), "
               "write_buffer_size 64 MiB, 4000 open files; durable: sync, deferred: log written without "
               "sync, then an empty write with sync (an older log is covered once its table is written)";
    }

    void open(const std::string& path, const Resources& resources) override {
        cache_.reset(leveldb::NewLRUCache(resources.cache_bytes));
        filter_.reset(leveldb::NewBloomFilterPolicy(10));
        leveldb::Options options;
        options.create_if_missing = true;
        options.compression = leveldb::kNoCompression;
        options.write_buffer_size = resources.write_buffer_bytes;
        options.max_open_files = kOpenFiles;
        options.block_cache = cache_.get();
        options.filter_policy = filter_.get();
        set_durability(Durability::durable);
        leveldb::DB* opened = nullptr;
        check_status<LevelLibrary>(leveldb::DB::Open(options, path, &opened), "DB::Open");
        store_.reset(opened);
    }

    void close() override { store_.reset(); }

    [[nodiscard]] std::unique_ptr<Session> session() override {
        return std::make_unique<LogStructuredSession<LevelLibrary>>(*store_, read_, write_);
    }

    void set_durability(Durability durability) override { write_.sync = durability == Durability::durable; }

    void sync() override {
        leveldb::WriteOptions synced;
        synced.sync = true;
        leveldb::WriteBatch nothing;
        check_status<LevelLibrary>(store_->Write(synced, &nothing), "Write");
    }

private:
    std::unique_ptr<leveldb::Cache> cache_;
    std::unique_ptr<const leveldb::FilterPolicy> filter_;
    leveldb::ReadOptions read_;
    leveldb::WriteOptions write_;
    std::unique_ptr<leveldb::DB> store_;
};

}  // namespace

std::unique_ptr<Engine> make_leveldb_engine() {
    return std::make_unique<LevelEngine>();
}

}  // namespace cambium::bench
