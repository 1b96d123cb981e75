#include "store.hpp"

#include <sys/stat.h>

#include <system_error>
#include <utility>

namespace cambium::bench {
namespace {

constexpr std::uint64_t kStatBlockBytes = 512;  // the unit of st_blocks, whatever the file system's block is

/// Sparse parts of a file count nothing: LMDB's file, for one, may be longer than what it occupies.
std::uint64_t allocated_in(const std::filesystem::path& folder) {
    std::uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        struct stat about {};
        if (stat(entry.path().c_str(), &about) == 0)
            bytes += static_cast<std::uint64_t>(about.st_blocks) * kStatBlockBytes;
    }
    return bytes;
}

}  // namespace

Store::Store(EngineFactory make, std::filesystem::path folder)
    : make_(std::move(make)), folder_(std::move(folder)) {}

Store::~Store() {
    session_.reset();
    engine_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void Store::start_empty() {
    close();
    engine_.reset();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    engine_ = make_();
    open();
}

void Store::reopen() {
    close();
    allocated_bytes_ = allocated_in(folder_);
    open();
}

void Store::open() {
    engine_->open((folder_ / "data").string());
    session_ = engine_->session();
}

void Store::close() {
    if (!session_) return;
    session_.reset();
    engine_->close();
}

}  // namespace cambium::bench
