// What the parts share: a folder for stores on disk, aligned pages, and the demand that a part answers rightly.
//
// Each file of this folder registers its parts under names that are paths, so that --benchmark_filter=^node/ takes
// one group. What a part needs is built when it runs, not when it is registered.
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>

#include "dataset.hpp"

namespace cambium::bench {

void register_node_parts();
void register_page_parts();
void register_space_parts();
void register_tree_parts();
void register_transaction_parts();

/// Throws std::runtime_error: a part that answers wrongly has no time.
void require(bool right, const char* what);

/// Where stores on disk go: the value of --dir.
[[nodiscard]] const std::string& parts_folder();

/// 200,000 records of a kind, in key order.
struct Records {
    explicit Records(KeyKind kind) : dataset(kind, kCount), picks(dataset.in_order()) {}
    [[nodiscard]] ByteView key(std::size_t rank) const noexcept { return picks.keys[rank]; }

    static constexpr std::uint32_t kCount = 200'000;
    Dataset dataset;
    Picks picks;
};
/// Made when first asked for, and kept.
[[nodiscard]] const Records& records(KeyKind kind);

inline constexpr KeyKind kKinds[] = {KeyKind::u64, KeyKind::random, KeyKind::string};
inline constexpr std::uint32_t kPageBytes = 4096;

/// Pages side by side, as aligned as the file's are in memory.
class Pages {
public:
    explicit Pages(std::size_t count)
        : count_(count), bytes_(new (std::align_val_t{kPageBytes}) std::byte[count * kPageBytes]{}) {}
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;
    ~Pages() { ::operator delete[](bytes_, std::align_val_t{kPageBytes}); }

    [[nodiscard]] std::byte* operator[](std::size_t page) const noexcept { return bytes_ + page * kPageBytes; }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }

private:
    std::size_t count_;
    std::byte* bytes_;
};

}  // namespace cambium::bench
