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
    /// Close in good order and record the space taken. Nothing when it is closed.
    void close();
    void open(const Resources& resources = {});
    /// Close and remove the files.
    void remove();

    [[nodiscard]] bool is_open() const noexcept { return session_ != nullptr; }
    [[nodiscard]] Engine& engine() { return *engine_; }
    [[nodiscard]] Session& session() { return *session_; }
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
    /// Bytes the file system had allocated to the files when the store was last closed.
    [[nodiscard]] std::uint64_t allocated_bytes() const noexcept { return allocated_bytes_; }
    /// The same, now.
    [[nodiscard]] std::uint64_t allocated_now() const;

private:
    EngineFactory make_;
    std::filesystem::path folder_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<Session> session_;
    std::uint64_t allocated_bytes_ = 0;
};

}  // namespace cambium::bench
