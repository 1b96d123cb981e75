// What the harness asks of a store: the thin interface between workloads and engines.
//
// One file in engines/ per store. An engine owns the files at the path it was opened with; a session is one
// thread's handle on it. The interface is as coarse as an engine needs to be fast: get and put are one virtual
// call per record, scans one call per scan.
//
// Thread rule: an engine is opened and closed by one thread; a session belongs to the thread that uses it.
// Failures are thrown as cambium::Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

    /// Add every key and value to the digest, in key order or its reverse. Returns the number of records.
    virtual std::size_t scan(Direction direction, Digest& digest) = 0;

    /// Add the first `count` keys and values at or after `key`. Returns how many there were.
    virtual std::size_t seek_next(ByteView key, std::size_t count, Digest& digest) = 0;

    virtual void begin_write(WriteOrder order) = 0;
    /// Store a value, replacing what was there.
    virtual void put(ByteView key, ByteView value) = 0;
    /// Returns when the transaction is durable.
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

    /// Open the store at a path, creating it when absent. Not called twice without close().
    virtual void open(const std::string& path) = 0;
    /// Close; all sessions have been destroyed. Files stay.
    virtual void close() = 0;
    /// A session for the calling thread.
    [[nodiscard]] virtual std::unique_ptr<Session> session() = 0;
};

/// The engines compiled in, Cambium first, in the order of the tables.
[[nodiscard]] std::vector<std::unique_ptr<Engine>> make_engines();
/// A new engine of that name. Error{not_found} lists the names that exist.
[[nodiscard]] std::unique_ptr<Engine> make_engine(const std::string& name);
/// An ordered map in memory that answers as every engine should; never timed, not in make_engines().
[[nodiscard]] std::unique_ptr<Engine> make_reference_engine();

}  // namespace cambium::bench
