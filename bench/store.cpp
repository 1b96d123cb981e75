#include "store.hpp"

#include <sys/stat.h>

#include <system_error>
#include <utility>

namespace cambium::bench {
namespace {

constexpr std::uint64_t kStatBlockBytes = 512;  // the unit of st_blocks, whatever the file system's block is

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
    remove();
    std::filesystem::create_directories(folder_);
    open();
}

void Store::reopen() {
    close();
    open();
}

void Store::open(const Resources& resources) {
    if (!engine_) engine_ = make_();
    engine_->open((folder_ / "data").string(), resources);
    session_ = engine_->session();
}

void Store::close() {
    if (!session_) return;
    session_.reset();
    engine_->close();
    allocated_bytes_ = allocated_now();
}

void Store::remove() {
    close();
    engine_.reset();
    std::filesystem::remove_all(folder_);
}

/// Sparse parts of a file count nothing: LMDB's file, for one, may be longer than what it occupies. Files that an
/// engine removes meanwhile count nothing either.
std::uint64_t Store::allocated_now() const {
    std::uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
        struct stat about {};
        if (stat(entry.path().c_str(), &about) == 0)
            bytes += static_cast<std::uint64_t>(about.st_blocks) * kStatBlockBytes;
    }
    return bytes;
}

}  // namespace cambium::bench
