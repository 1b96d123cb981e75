// RocksDB, its files mapped to be read.
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "engines/log_structured.hpp"

namespace cambium::bench {
namespace {

struct RocksLibrary {
    using DB = rocksdb::DB;
    using Batch = rocksdb::WriteBatch;
    using Iterator = rocksdb::Iterator;
    using ReadOptions = rocksdb::ReadOptions;
    using WriteOptions = rocksdb::WriteOptions;
    using Status = rocksdb::Status;
    using Slice = rocksdb::Slice;
    using Value = rocksdb::PinnableSlice;
    static constexpr const char* kName = "RocksDB";

    static Status get(DB& store, const ReadOptions& options, const Slice& key, Value& value) {
        value.Reset();
        return store.Get(options, store.DefaultColumnFamily(), key, &value);
    }

    static void get_many(Session&, DB& store, const ReadOptions& options, std::span<const ByteView> keys,
                         Digest& digest) {
        constexpr std::size_t kAtOnce = 32;
        for (; !keys.empty(); keys = keys.subspan(std::min(keys.size(), kAtOnce))) {
            const std::size_t count = std::min(keys.size(), kAtOnce);
            Slice slices[kAtOnce];
            Value values[kAtOnce];
            Status found[kAtOnce];
            for (std::size_t i = 0; i < count; ++i) slices[i] = {keys[i].data(), keys[i].size()};
            store.MultiGet(options, store.DefaultColumnFamily(), count, slices, values, found);
            for (std::size_t i = 0; i < count; ++i) {
                if (found[i].IsNotFound()) {
                    digest.add_absent();
                } else {
                    check_status<RocksLibrary>(found[i], "MultiGet");
                    digest.add({values[i].data(), values[i].size()});
                }
            }
        }
    }
};

class RocksEngine final : public Engine {
public:
    [[nodiscard]] std::string name() const override { return "rocksdb"; }
    [[nodiscard]] std::string version() const override {
        return std::to_string(ROCKSDB_MAJOR) + "." + std::to_string(ROCKSDB_MINOR) + "." +
               std::to_string(ROCKSDB_PATCH);
    }
    [[nodiscard]] std::string settings() const override {
        return "no compression (values do not compress), bloom filters of 10 bits, files mapped to be read "
               "and no block cache (quicker here than a cache that holds all), memtable 64 MiB, all files "
               "kept open, blocks not verified on read, MultiGet; durable: sync, deferred: log written "
               "without sync, then FlushWAL(sync)";
    }

    void open(const std::string& path, const Resources& resources) override {
        rocksdb::Options options;
        options.create_if_missing = true;
        options.compression = rocksdb::kNoCompression;
        options.write_buffer_size = resources.write_buffer_bytes;
        options.max_open_files = -1;
        options.allow_mmap_reads = true;
        rocksdb::BlockBasedTableOptions table;
        table.no_block_cache = true;
        table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
        options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
        read_.verify_checksums = false;
        set_durability(Durability::durable);
        rocksdb::DB* opened = nullptr;
        check_status<RocksLibrary>(rocksdb::DB::Open(options, path, &opened), "DB::Open");
        store_.reset(opened);
    }

    void close() override {
        if (store_) check_status<RocksLibrary>(store_->Close(), "Close");
        store_.reset();
    }

    [[nodiscard]] std::unique_ptr<Session> session() override {
        return std::make_unique<LogStructuredSession<RocksLibrary>>(*store_, read_, write_);
    }

    void set_durability(Durability durability) override { write_.sync = durability == Durability::durable; }
    void sync() override { check_status<RocksLibrary>(store_->FlushWAL(true), "FlushWAL"); }

private:
    rocksdb::ReadOptions read_;
    rocksdb::WriteOptions write_;
    std::unique_ptr<rocksdb::DB> store_;
};

}  // namespace

std::unique_ptr<Engine> make_rocksdb_engine() {
    return std::make_unique<RocksEngine>();
}

}  // namespace cambium::bench
