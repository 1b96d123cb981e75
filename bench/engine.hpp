// What the harness asks of a store: the thin interface between workloads and engines.
//
// One file in engines/ per store. An engine owns the files at the path it was opened with; a session is one
// thread's handle on it. The interface is as coarse as an engine needs to be fast: get and put are one virtual
// call per record, scans one call per scan.
//
// Thread rule: an engine is opened, closed and set by one thread, while no other uses it; sessions of one engine
// are used by several threads side by side, each by one.
// Failures are thrown as cambium::Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cambium/base/bytes.hpp"
#include "digest.hpp"

namespace cambium::bench {

/// What a write transaction is about to do, for engines that have a faster way when told.
enum class WriteOrder : std::uint8_t {
    random,     ///< keys come in any order and may exist
    ascending,  ///< every key is above all keys in the store
};

enum class Direction : std::uint8_t { forward, reverse };

/// When a commit returns.
enum class Durability : std::uint8_t {
    durable,   ///< when it is on the disk
    deferred,  ///< when it is visible; Engine::sync() brings all of them to the disk
};

/// Memory that an engine may set aside. Mapped files are no part of it: the kernel decides about those.
struct Resources {
    std::size_t cache_bytes = std::size_t{2} << 30;  ///< for blocks of its files
    std::size_t write_buffer_bytes = std::size_t{64}
                                     << 20;  ///< for what a log-structured store sorts before it writes
    bool sparse_reads = false;               ///< files are larger than memory: reading ahead is a waste
};

/// One thread's handle on an open engine. At most one read or one write transaction is open at a time.
class Session {
public:
    Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    virtual ~Session() = default;

    /// Take a snapshot; get, scan and seek_next read from it until end_read().
    virtual void begin_read() = 0;
    virtual void end_read() = 0;

    /// The value of a key in the snapshot. The view lives until the next call of this session.
    virtual std::optional<ByteView> get(ByteView key) = 0;

    /// One key read in a snapshot of its own, added to the digest: begin, get, end, in the engine's quickest way.
    virtual void get_alone(ByteView key, Digest& digest) {
        begin_read();
        add(get(key), digest);
        end_read();
    }

    /// Several keys at once, each value added to the digest in the order of the keys.
    virtual void get_many(std::span<const ByteView> keys, Digest& digest) {
        for (const ByteView key : keys) add(get(key), digest);
    }

    /// Add every key and value to the digest, in key order or its reverse. Returns the number of records.
    virtual std::size_t scan(Direction direction, Digest& digest) = 0;

    /// Add the first `count` keys and values at or after `key`. Returns how many there were.
    virtual std::size_t seek_next(ByteView key, std::size_t count, Digest& digest) = 0;

    virtual void begin_write(WriteOrder order) = 0;
    /// Store a value, replacing what was there.
    virtual void put(ByteView key, ByteView value) = 0;
    /// Remove a key that is there.
    virtual void erase(ByteView key) = 0;
    /// Returns when Durability says.
    virtual void commit() = 0;

    /// Add the outcome of a get to a digest.
    static void add(const std::optional<ByteView>& value, Digest& digest) noexcept {
        if (value) {
            digest.add(*value);
        } else {
            digest.add_absent();
        }
    }
};

class Engine {
public:
    Engine() = default;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    virtual ~Engine() = default;

    /// The name used on the command line and in tables.
    [[nodiscard]] virtual std::string name() const = 0;
    /// The version of the library that runs.
    [[nodiscard]] virtual std::string version() const = 0;
    /// Every setting that differs from the library's defaults or that a reader would ask about.
    [[nodiscard]] virtual std::string settings() const = 0;

    /// Open the store at a path, creating it when absent. Commits are durable. Not called twice without close().
    virtual void open(const std::string& path, const Resources& resources = {}) = 0;
    /// Close; all sessions have been destroyed. Files stay.
    virtual void close() = 0;
    /// A session for one thread, which need not be the calling one.
    [[nodiscard]] virtual std::unique_ptr<Session> session() = 0;
    /// How every session commits from now on. No transaction is open.
    virtual void set_durability(Durability durability) = 0;
    /// Bring every commit so far to the disk. No write transaction is open.
    virtual void sync() = 0;
    /// Bytes of pages that this engine says it has written since it was opened, when it counts them.
    [[nodiscard]] virtual std::optional<std::uint64_t> bytes_written() const { return std::nullopt; }
};

/// The engines compiled in, Cambium first, in the order of the tables.
[[nodiscard]] std::vector<std::unique_ptr<Engine>> make_engines();
/// A new engine of that name. Error{not_found} lists the names that exist.
[[nodiscard]] std::unique_ptr<Engine> make_engine(const std::string& name);
/// An ordered map in memory that answers as every engine should; never timed, not in make_engines().
[[nodiscard]] std::unique_ptr<Engine> make_reference_engine();

}  // namespace cambium::bench
