// A store file that is put into one disk state after another, cheaply: only blocks that a trial changed are
// written again, and none that a cut has left as zeros which the base has there too.
//
// Invariant: between restore() and the first write the file equals base(). Thread rule: one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "file_bytes.hpp"

namespace cambium::test {

/// Bytes that a disk takes or loses as one; a block consists of sectors, each of which may tear away.
inline constexpr std::size_t kBlockSize = 4096;
inline constexpr std::size_t kSectorSize = 512;
inline constexpr std::size_t kSectorsPerBlock = kBlockSize / kSectorSize;

class StateFile {
public:
    explicit StateFile(std::string path) : path_(std::move(path)) {
        descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (descriptor_ < 0) throw std::runtime_error("cannot create " + path_);
    }
    ~StateFile() { ::close(descriptor_); }
    StateFile(const StateFile&) = delete;
    StateFile& operator=(const StateFile&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] const std::string& base() const noexcept { return base_; }

    void set_base(std::string image) {
        base_ = std::move(image);
        filled_.clear();
        changed_.clear();
        note_content(0, base_.size());
        set_file_length(0);
    }
    void change_base(std::uint64_t offset, std::string_view bytes) {
        const std::size_t end = std::min<std::size_t>(base_.size(), offset + bytes.size());
        if (offset >= end) return;
        base_.replace(offset, end - offset, bytes.substr(0, end - offset));
        note_content(offset, end - offset);
        mark(offset, end - offset);
    }
    void resize_base(std::uint64_t length) {
        const std::size_t before = base_.size();
        base_.resize(length, '\0');
        filled_.erase(filled_.lower_bound((length + kBlockSize - 1) / kBlockSize), filled_.end());
        if (length > before) mark(before, length - before);
    }

    /// Makes the file equal to the base again.
    void restore() {
        set_file_length(base_.size());
        for (const std::uint64_t block : changed_)
            if (block * kBlockSize < base_.size())
                put(block * kBlockSize, std::string_view{base_}.substr(block * kBlockSize, kBlockSize));
        changed_.clear();
    }
    /// Writes into the file, not beyond its length.
    void write(std::uint64_t offset, std::string_view bytes, std::uint64_t length) {
        if (offset >= length) return;
        put(offset, bytes.substr(0, length - offset));
        mark(offset, bytes.size());
    }
    void set_file_length(std::uint64_t length) {
        mark_cut(length);
        if (::ftruncate(descriptor_, static_cast<off_t>(length)) != 0)
            throw std::runtime_error("cannot resize " + path_);
    }
    /// Notes that the file was given a length, perhaps by somebody else: what was behind it is gone, and reads as
    /// zeros once the file grows again.
    void mark_cut(std::uint64_t length) {
        const std::uint64_t first_gone = (length + kBlockSize - 1) / kBlockSize;
        changed_.erase(changed_.lower_bound(first_gone), changed_.end());
        changed_.insert(filled_.lower_bound(length / kBlockSize), filled_.end());
    }
    /// Notes that the bytes from an offset on differ from the base, or that somebody else has changed them.
    void mark(std::uint64_t offset, std::uint64_t size) {
        for (std::uint64_t block = offset / kBlockSize; block * kBlockSize < offset + size; ++block)
            changed_.insert(block);
    }

private:
    void note_content(std::uint64_t offset, std::uint64_t size) {
        static const std::string zeros(kBlockSize, '\0');
        for (std::uint64_t block = offset / kBlockSize; block * kBlockSize < offset + size; ++block) {
            const std::string_view bytes = std::string_view{base_}.substr(block * kBlockSize, kBlockSize);
            if (bytes == std::string_view{zeros}.substr(0, bytes.size()))
                filled_.erase(block);
            else
                filled_.insert(block);
        }
    }
    void put(std::uint64_t offset, std::string_view bytes) {
        if (::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset)) !=
            static_cast<ssize_t>(bytes.size()))
            throw std::runtime_error("cannot write " + path_);
    }

    std::string path_;
    int descriptor_ = -1;
    std::string base_;
    std::set<std::uint64_t> filled_;   ///< blocks of the base that are not all zeros
    std::set<std::uint64_t> changed_;  ///< blocks in which the file may differ from the base
};

}  // namespace cambium::test
