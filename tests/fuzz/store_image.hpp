// The bytes of a store, to be damaged: edits that an input asks for, and checksums and digests put right again so
// that what reads them gets past.
//
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "kv/page_format.hpp"

namespace cambium::fuzz {

/// Takes numbers from the front of an input; zeros behind its end.
class Input {
public:
    explicit Input(std::string_view bytes) : bytes_(bytes) {}
    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
    [[nodiscard]] std::uint64_t number(std::size_t size);  ///< little-endian, of so many bytes
    [[nodiscard]] std::string_view piece(std::size_t size);

private:
    std::string_view bytes_;
};

class StoreImage {
public:
    /// A store of pages of 4096 bytes, cut behind its last page.
    explicit StoreImage(std::string bytes);

    [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }
    /// Gives the store this identity, so that the same one always has the same bytes.
    void set_identity(std::uint64_t seed);
    /// One edit of a page or a commit record. With `keep_checksums` none is written on purpose.
    void edit(Input& input, bool keep_checksums);
    /// Puts right the checksums of what was edited, and those of both commit records.
    void seal();
    /// The whole, as it lies on the disk; edits may have cut or lengthened it.
    [[nodiscard]] static std::string edit_all(const StoreImage& base, Input& input, bool keep_checksums,
                                              bool sealed);

private:
    static constexpr std::uint64_t kPageSize = kv::kMinPageSize;

    [[nodiscard]] std::uint64_t pages() const noexcept { return bytes_.size() / kPageSize; }
    /// Where an edit happens: slots first, then every page of data.
    [[nodiscard]] std::uint64_t place(std::uint64_t number) const;
    /// Fewer bytes at the end of the file.
    [[nodiscard]] std::string copy(std::uint64_t offset, std::uint64_t size) const;
    void write(std::uint64_t offset, std::string_view bytes, bool keep_checksums);
    void seal_page(std::uint64_t page, std::uint64_t seed);
    void seal_slot(std::uint64_t offset);
    /// The digest over what a commit record lists, as recovery takes it; as far as that can be read.
    [[nodiscard]] std::uint64_t digest(const kv::MetaHeader& header, std::uint64_t offset) const;
    template <class T>
    [[nodiscard]] T at(std::uint64_t offset) const;
    template <class T>
    void set(std::uint64_t offset, const T& value);

    std::string bytes_;
    std::set<std::uint64_t> edited_;  ///< pages
};

}  // namespace cambium::fuzz
