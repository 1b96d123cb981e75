// RocksDB and LevelDB: their interfaces are alike, so a session is written once.
//
// A read transaction is a snapshot, with one iterator that is made when first needed; a write transaction is a
// batch, and its commit writes it. Batches are kept and cleared.
//
// A Library has the types DB, Batch, Iterator, Snapshot, ReadOptions, WriteOptions, Status, Value, and get().
#pragma once

#include <memory>
#include <string>

#include "cambium/base/error.hpp"
#include "engine.hpp"

namespace cambium::bench {

template <class Library>
void check_status(const typename Library::Status& status, const char* call) {
    if (!status.ok())
        throw Error(ErrorCode::io, std::string(Library::kName) + ": " + call + " failed: " + status.ToString());
}

template <class Library>
class LogStructuredSession final : public Session {
public:
    using Slice = typename Library::Slice;

    LogStructuredSession(typename Library::DB& store, const typename Library::ReadOptions& read,
                         const typename Library::WriteOptions& write)
        : store_(store), read_(read), write_(write) {}

    ~LogStructuredSession() override {
        if (read_.snapshot != nullptr) end_read();
    }

    void begin_read() override { read_.snapshot = store_.GetSnapshot(); }

    void end_read() override {
        iterator_.reset();
        store_.ReleaseSnapshot(read_.snapshot);
        read_.snapshot = nullptr;
    }

    std::optional<ByteView> get(ByteView key) override {
        const typename Library::Status status = Library::get(store_, read_, to_slice(key), value_);
        if (status.IsNotFound()) return std::nullopt;
        check_status<Library>(status, "Get");
        return ByteView(value_.data(), value_.size());
    }

    /// A get sees one state by itself: no snapshot is needed.
    void get_alone(ByteView key, Digest& digest) override { add(get(key), digest); }

    void get_many(std::span<const ByteView> keys, Digest& digest) override {
        if constexpr (requires { Library::get_many(*this, store_, read_, keys, digest); }) {
            Library::get_many(*this, store_, read_, keys, digest);
        } else {
            Session::get_many(keys, digest);
        }
    }

    std::size_t scan(Direction direction, Digest& digest) override {
        auto& at = iterator();
        std::size_t count = 0;
        const bool forward = direction == Direction::forward;
        for (forward ? at.SeekToFirst() : at.SeekToLast(); at.Valid(); forward ? at.Next() : at.Prev(), ++count)
            add_record(at, digest);
        check_status<Library>(at.status(), "the iterator");
        return count;
    }

    std::size_t seek_next(ByteView key, std::size_t count, Digest& digest) override {
        auto& at = iterator();
        std::size_t found = 0;
        for (at.Seek(to_slice(key)); at.Valid(); at.Next()) {
            add_record(at, digest);
            if (++found == count) break;
        }
        check_status<Library>(at.status(), "the iterator");
        return found;
    }

    void begin_write(WriteOrder) override { batch_.Clear(); }
    void put(ByteView key, ByteView value) override { batch_.Put(to_slice(key), to_slice(value)); }
    void erase(ByteView key) override { batch_.Delete(to_slice(key)); }
    void commit() override { check_status<Library>(store_.Write(write_, &batch_), "Write"); }

private:
    static Slice to_slice(ByteView bytes) { return {bytes.data(), bytes.size()}; }

    template <class Iterator>
    static void add_record(const Iterator& at, Digest& digest) {
        const Slice key = at.key();
        const Slice value = at.value();
        digest.add({key.data(), key.size()});
        digest.add({value.data(), value.size()});
    }

    typename Library::Iterator& iterator() {
        if (!iterator_) iterator_.reset(store_.NewIterator(read_));
        return *iterator_;
    }

    typename Library::DB& store_;
    typename Library::ReadOptions read_;
    const typename Library::WriteOptions& write_;
    typename Library::Value value_;
    typename Library::Batch batch_;
    std::unique_ptr<typename Library::Iterator> iterator_;
};

}  // namespace cambium::bench
