// One engine's store on disk during a run: a folder of its own, an open engine and one session.
//
// Invariant: the folder holds nothing but this engine's files, and is removed with the object.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "engine.hpp"

namespace cambium::bench {

using EngineFactory = std::function<std::unique_ptr<Engine>()>;

class Store {
public:
    Store(EngineFactory make, std::filesystem::path folder);
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    ~Store();

    /// Throw away what is there and open an empty store.
    void start_empty();
    /// Close in good order, so that logs are folded in, record the space taken, and open again.
    void reopen();

    [[nodiscard]] Session& session() { return *session_; }
    /// Bytes the file system has allocated to the files, as of the last reopen().
    [[nodiscard]] std::uint64_t allocated_bytes() const noexcept { return allocated_bytes_; }

private:
    void open();
    void close();

    EngineFactory make_;
    std::filesystem::path folder_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<Session> session_;
    std::uint64_t allocated_bytes_ = 0;
};

}  // namespace cambium::bench
