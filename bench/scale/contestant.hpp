// One engine's store in a folder of its own, opened and closed at will. The folder goes with the object.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine.hpp"

namespace cambium::bench {

class Contestant {
public:
    Contestant(const std::string& engine, std::string folder);
    Contestant(const Contestant&) = delete;
    Contestant& operator=(const Contestant&) = delete;
    ~Contestant();

    void open();
    void close();
    [[nodiscard]] Engine& engine() noexcept { return *engine_; }
    [[nodiscard]] Session& session() noexcept { return *session_; }
    /// Bytes that the file system has allocated.
    [[nodiscard]] std::uint64_t allocated_bytes() const;

private:
    std::string folder_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<Session> session_;
};

}  // namespace cambium::bench
