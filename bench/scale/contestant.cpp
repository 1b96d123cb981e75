#include "scale/contestant.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <utility>

namespace cambium::bench {

Contestant::Contestant(const std::string& engine, std::string folder)
    : folder_(std::move(folder)), engine_(make_engine(engine)) {
    std::filesystem::create_directories(folder_);
}

Contestant::~Contestant() {
    if (session_) close();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void Contestant::open() {
    engine_->open(folder_ + "/data");
    session_ = engine_->session();
}

void Contestant::close() {
    session_.reset();
    engine_->close();
}

std::uint64_t Contestant::allocated_bytes() const {
    constexpr std::uint64_t kStatBlockBytes = 512;
    std::uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        struct stat about {};
        if (stat(entry.path().c_str(), &about) == 0)
            bytes += static_cast<std::uint64_t>(about.st_blocks) * kStatBlockBytes;
    }
    return bytes;
}

}  // namespace cambium::bench
